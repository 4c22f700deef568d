"""Claims keep every limit, whatever comes in together."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.exports import Line, voiding
from billing.exports.splitting import Unit, claims_of
from tests.billing.exports.batches import make_line

MOST = {"most_vouchers": 80, "most_services": 14}
PROVIDERS = ("2447781L", "2448261H", "2449291T", "2449541L")


def split(*units: Unit[int], **most: int) -> list[list[tuple[int, Line]]]:
    return claims_of(units, **{**MOST, **most})


def unit(key: int, person: int = 0, **changes: object) -> Unit[int]:
    return Unit(key, person, (make_line(person % 7, patient_ref=f"p{person:03}", **changes),))


def five_hundred(numbers: list[int]) -> list[Unit[int]]:
    units = []
    for key, number in enumerate(numbers):
        facts = {
            "servicing_provider_number": PROVIDERS[number % 4],
            "payee_provider_number": (None, None, "2452951L")[number // 4 % 3],
            "service_type_code": "OS"[number // 12 % 2],
            "billing_type": ("bulk", "bulk", "bulk", "dva")[number // 24 % 4],
            "session_date": date(2026, 11, 24) - timedelta(days=number // 100 % 3),
        }
        person = number // 1000 % 150
        beside = [make_line(person % 7, **facts, patient_ref=f"p{person:03}", mbs_item="10990")] * (number % 5 == 0)
        units.append(Unit(key, person, (*unit(key, person, **facts).lines, *beside)))
    return units


def constant(line: Line) -> tuple[object, ...]:
    return (
        line.servicing_provider_number,
        line.payee_provider_number,
        line.service_type_code,
        line.billing_type,
        line.hospital,
    )


def keeps_the_limits(claim: list[tuple[int, Line]], units: list[Unit[int]]) -> None:
    lines = [line for _, line in claim]
    vouchers: dict[str, list[Line]] = {}
    for line in lines:
        vouchers.setdefault(line.voucher_id, []).append(line)
    assert len({constant(line) for line in lines}) == 1
    assert sorted(vouchers) == [f"{number:02d}" for number in range(1, len(vouchers) + 1)]
    assert len(vouchers) <= 80
    assert all(len(services) <= 14 for services in vouchers.values())
    assert all(len({(line.patient_ref, line.session_date) for line in each}) == 1 for each in vouchers.values())
    assert [line.service_id for line in lines] == [f"{number:04d}" for number in range(1, len(lines) + 1)]
    assert [line.line_no for line in lines] == list(range(1, len(lines) + 1))
    homes = {}
    for key, line in claim:
        assert homes.setdefault(key, line.voucher_id) == line.voucher_id
    assert all(sum(key == each for key, _ in claim) == len(units[each].lines) for each in homes)


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_500_services_of_several_providers_keep_every_limit_of_a_claim(chance: random.Random) -> None:
    units = five_hundred([chance.randrange(10_000_000) for _ in range(500)])
    claims = split(*units)
    for claim in claims:
        keeps_the_limits(claim, units)
    cents = sum(line.charge_cents for each in units for line in each.lines)
    assert sum(line.charge_cents for claim in claims for _, line in claim) == cents


def test_the_81st_person_begins_another_claim() -> None:
    assert [len(claim) for claim in split(*(unit(n, n) for n in range(80)))] == [80]
    assert [len(claim) for claim in split(*(unit(n, n) for n in range(81)))] == [80, 1]


def test_the_15th_service_of_a_person_begins_another_claim() -> None:
    assert [len(claim) for claim in split(*(unit(n, mbs_item=str(n)) for n in range(15)))] == [14, 1]


def test_a_service_is_never_parted_from_what_is_claimed_beside_it() -> None:
    thirteen = [unit(n, mbs_item=str(n)) for n in range(13)]
    pair = Unit(
        13, 0, (make_line(0, patient_ref="p000", mbs_item="98"), make_line(0, patient_ref="p000", mbs_item="99"))
    )
    first, second = split(*thirteen, pair)
    assert [key for key, _ in second] == [13, 13]
    assert {line.voucher_id for _, line in second} == {"01"}
    assert len(first) == 13


def test_a_service_larger_than_a_voucher_is_refused() -> None:
    with pytest.raises(ValueError, match="3 items"):
        split(Unit(0, 0, (make_line(0),) * 3), most_services=2)


@pytest.mark.parametrize(
    "other",
    [
        {"servicing_provider_number": "2448261H"},
        {"payee_provider_number": "2448261H"},
        {"service_type_code": "S"},
        {"billing_type": "dva"},
        {"hospital": True},
    ],
)
def test_what_must_not_mix_stands_in_two_claims(other: dict[str, object]) -> None:
    assert len(split(unit(0), unit(1, 1, **other))) == 2


def test_one_person_on_two_days_has_two_vouchers() -> None:
    (claim,) = split(unit(0), unit(1, session_date=date(2026, 11, 23)))
    assert [line.voucher_id for _, line in claim] == ["01", "02"]


def test_services_on_two_referrals_stand_in_two_vouchers() -> None:
    first, second = (
        unit(n, referral_provider_number=number, mbs_item=str(n)) for n, number in enumerate(("2448261H", "2449291T"))
    )
    assert len(split(first, second)) == 2


def test_a_withdrawal_comes_first_keeps_its_place_and_takes_none() -> None:
    gone = voiding(make_line(0, voucher_id="07", service_id="0042"), "B20261101-01")
    (claim,) = split(*(unit(n, n) for n in range(80)), Unit(99, 0, (gone._replace(patient_ref="p000"),)))
    assert (claim[0][0], claim[0][1].voucher_id, claim[0][1].service_id, claim[0][1].line_no) == (99, "07", "0042", 1)
    assert len(claim) == 81
    assert [len(each) for each in split(Unit(99, 0, (gone,)))] == [1]
