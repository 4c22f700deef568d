"""Which lines may stand in one claim, and the voucher and service that each becomes there.

Source: Services Australia's bulk-bill claim as restated by vendors (RebateRight, Bluechip V4.2; read 2026-11): one
servicing provider, payee, service type, payer and in- or out-of-hospital a claim; a voucher is one person on one day.
How many of each is the caller's data.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from billing.exports.lines import Line, file_order

Key = TypeVar("Key")


@dataclass(frozen=True)
class Unit(Generic[Key]):
    """A service with what is claimed beside it: lines of one `person` that never part. `key` is the caller's own."""

    key: Key
    person: Hashable
    lines: tuple[Line, ...]

    @property
    def is_void(self) -> bool:
        return self.lines[0].kind == "void"


def claims_of(units: Iterable[Unit[Key]], *, most_vouchers: int, most_services: int) -> list[list[tuple[Key, Line]]]:
    """Split services into claims; every line comes back in file order with its number, voucher and service.

    A person with more services on a day than a voucher holds gets a second voucher in the next claim. A void line
    keeps the voucher and service of the line it withdraws, takes up no place, and stands in the first claim of its
    kind. Raises: ValueError for a service with more items than a voucher holds.
    """
    claims = []
    for _, same in groupby(sorted(units, key=_kind), key=_kind):
        kind = sorted(same, key=lambda unit: file_order(unit.lines[0]))
        parts = _filled([unit for unit in kind if not unit.is_void], most_vouchers, most_services)
        if voids := [unit for unit in kind if unit.is_void]:
            parts = [[*voids, *(parts[0] if parts else ())], *parts[1:]]
        claims += [_dealt(part) for part in parts]
    return claims


def _kind(unit: Unit[Key]) -> tuple[str, ...]:
    """What all lines of a claim share, as text that sorts."""
    line = unit.lines[0]
    return (
        line.servicing_provider_number,
        line.servicing_provider_name,
        line.payee_provider_number or "",
        line.service_type_code,
        line.billing_type,
        "hospital" if line.hospital else "",
    )


def _filled(units: Sequence[Unit[Key]], most_vouchers: int, most_services: int) -> list[list[Unit[Key]]]:
    by_voucher: dict[Hashable, list[Unit[Key]]] = {}
    for unit in units:
        by_voucher.setdefault(_voucher(unit), []).append(unit)
    claims: list[list[Unit[Key]]] = []
    people: list[set[Hashable]] = []
    for services in by_voucher.values():
        seen = (services[0].person, services[0].lines[0].session_date)
        for part in _parts(services, most_services):
            place = next((n for n, who in enumerate(people) if len(who) < most_vouchers and seen not in who), None)
            if place is None:
                place = len(claims)
                claims.append([])
                people.append(set())
            claims[place] += part
            people[place].add(seen)
    return claims


def _voucher(unit: Unit[Key]) -> tuple[Hashable, ...]:
    """What a voucher says once for all its services; two of the same item each need a time of their own."""
    line = unit.lines[0]
    return (
        unit.person,
        line.session_date,
        line.referral_provider_number,
        line.referral_issue_date,
        line.referral_override,
        line.aob_date,
        line.session_start if line.duplicate_override else None,
    )


def _parts(units: Sequence[Unit[Key]], most_services: int) -> Iterator[list[Unit[Key]]]:
    part: list[Unit[Key]] = []
    for unit in units:
        if len(unit.lines) > most_services:
            raise ValueError(f"a service of {len(unit.lines)} items does not fit a voucher of {most_services}")
        if sum(len(each.lines) for each in part) + len(unit.lines) > most_services:
            yield part
            part = []
        part.append(unit)
    if part:
        yield part


def _dealt(units: Sequence[Unit[Key]]) -> list[tuple[Key, Line]]:
    """Number the lines of one claim. Vouchers count from 01 as they first appear, services from 0001 as they stand."""
    pairs = [(unit, line) for unit in units for line in unit.lines]
    pairs.sort(key=lambda pair: file_order(pair[1]))
    vouchers: dict[Hashable, str] = {}
    services = 0
    dealt = []
    for line_no, (unit, line) in enumerate(pairs, 1):
        if not unit.is_void:
            services += 1
            voucher = vouchers.setdefault((unit.person, line.session_date), f"{len(vouchers) + 1:02d}")
            line = line._replace(proposed_claim_seq=1, voucher_id=voucher, service_id=f"{services:04d}")
        dealt.append((unit.key, line._replace(line_no=line_no)))
    return dealt
