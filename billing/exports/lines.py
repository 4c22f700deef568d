"""The frozen values an export is made of: one `Line` per service, a `Batch` of them, and its control totals.

Nothing here reads a clock, a database or a locale, so that a batch written twice gives the same bytes twice.
It does not decide what may be claimed, and it writes no file: `csv.py` and `xlsx.py` do.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Literal, NamedTuple

# Far more than a claim holds. Documents that are laid out as a whole are kept in memory up to here.
DOCUMENT_LINES = 5_000
RECORD = "Record of proposed items"  # the title of every file: nothing we write has been sent to Medicare


class Line(NamedTuple):
    """One proposed service of one person, as it stood when the batch was frozen.

    The fields stand in the order of the file's columns (`columns.COLUMNS` says what each means). Amounts are
    cents and never negative; a void line repeats the amounts of the line it withdraws and every exporter
    writes and adds them with a minus. Start and end are aware, in the clinic's own zone.
    A tuple rather than a dataclass: a hundred thousand of these are made from a cursor with `Line._make`.
    """

    line_no: int
    session_id: str
    session_date: date
    session_start: datetime
    session_end: datetime
    delivery_mode: str
    location_name: str
    minor_id: str | None
    servicing_provider_number: str
    servicing_provider_name: str
    payee_provider_number: str | None
    service_type_code: str
    hospital: bool
    proposed_claim_seq: int
    voucher_id: str
    service_id: str
    patient_ref: str
    patient_family_name: str
    patient_given_name: str
    patient_dob: date
    medicare_number: str | None
    medicare_irn: str | None
    dva_file_number: str | None
    concession_type: str | None
    concession_number: str | None
    billing_type: str
    mbs_item: str
    item_description: str
    charge_cents: int
    benefit_cents: int
    number_of_patients_seen: int | None  # only for items whose fee is shared by head count, even when it is 1
    service_text: str | None
    duplicate_override: bool
    restrictive_override: str | None
    referral_provider_number: str | None
    referral_provider_name: str | None
    referral_issue_date: date | None
    referral_period_code: str | None
    referral_period_months: int | None
    referral_override: str | None
    aob_agreement_id: str | None
    aob_type: str | None
    aob_date: date | None
    aob_assignor_is_patient: bool | None
    attendance_status: str
    mbs_schedule_version: str
    validation_status: str
    validation_codes: str  # separated by one space; `Batch.meanings` explains each
    kind: Literal["item", "void"]
    replaces_batch_ref: str | None
    replaces_line_no: int | None
    schedule_fee_cents: int | None


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A service that was assessed and did not go into the batch, with the reason and the way forward."""

    session_date: date
    servicing_provider_number: str
    patient_ref: str
    patient_family_name: str
    patient_given_name: str
    mbs_item: str
    reason: str
    remedy: str


class Assignment(NamedTuple):
    """One assignment of benefit that lines of a batch rest on, as it stood when the batch was frozen."""

    agreement_id: str
    type: str
    assigned_on: date
    patient_ref: str
    patient_family_name: str
    patient_given_name: str
    signed_by: str
    content_sha256: str | None
    keep_until: date | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Approved lines, frozen; `exported_at` is the instant of freezing, never the time of a later re-run.

    An exporter walks `lines` once and keeps none of them, so a tuple, a query object or a generator will do;
    a generator can be written only once. Lines come with rising `line_no`, as `numbered` deals them: sorting
    belongs to the freezing, because two databases do not agree on the order of names.
    `last_day` says until when a service can be lodged, `meanings` explains validation codes in words, `timezone` is
    the clinic's, for the instants that a claim gives with their offset.
    Raises: ValueError for a reference unfit for a file name, or an `exported_at` without a zone.
    """

    reference: str
    exported_at: datetime
    schedule_version: str
    rulebook_hash: str
    practice_name: str
    lines: Iterable[Line]
    left_out: tuple[LeftOut, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    last_day: Callable[[date], date] | None = None
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        _checked(self.reference)
        if self.exported_at.utcoffset() is None:
            raise ValueError("exported_at needs a zone")


class OutOfOrder(ValueError):
    """The lines did not come with rising line numbers; written so, two runs could differ."""


class TooManyLines(ValueError):
    """This format cannot hold the batch; export it as CSV."""


@dataclass(frozen=True, kw_only=True)
class ControlTotals:
    """What a reader checks a file against: rows (void lines too), net cents, and the SHA-256 of every byte."""

    row_count: int
    charge_cents: int
    benefit_cents: int
    sha256: str


class Tally:
    """Adds up the lines while they pass, and refuses any that come out of order."""

    def __init__(self) -> None:
        self.rows = self.charge_cents = self.benefit_cents = self._last = 0

    def passing(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Hand each line on. Raises: OutOfOrder."""
        for line in lines:
            number = line.line_no
            if number <= self._last:
                raise OutOfOrder(f"line {number} follows line {self._last}")
            self._last = number
            self.rows += 1
            if line.kind == "void":
                self.charge_cents -= line.charge_cents
                self.benefit_cents -= line.benefit_cents
            else:
                self.charge_cents += line.charge_cents
                self.benefit_cents += line.benefit_cents
            yield line

    def totals(self, sha256: str) -> ControlTotals:
        return ControlTotals(
            row_count=self.rows,
            charge_cents=self.charge_cents,
            benefit_cents=self.benefit_cents,
            sha256=sha256,
        )


def collected(lines: Iterable[Line], most: int = DOCUMENT_LINES) -> list[Line]:
    """The lines of a document that is written as a whole. Raises: TooManyLines."""
    found = list(islice(lines, most + 1))
    if len(found) > most:
        raise TooManyLines(f"this format holds {most:,} lines; export this batch as CSV")
    return found


def signed(line: Line, cents: int) -> int:
    """The amount as the file shows it: a void line takes back what the earlier line proposed."""
    return -cents if line.kind == "void" else cents


def numbered(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Put the lines of a new batch in file order and deal their numbers from 1.

    Order: provider, date, session, family name, given name, person, voids before items, item. Names compare by
    code point after folding case, so that the order is the same on every database and in every locale.
    """
    return tuple(line._replace(line_no=number) for number, line in enumerate(sorted(lines, key=file_order), 1))


def voiding(line: Line, batch_reference: str) -> Line:
    """The line that withdraws one exported earlier; it keeps every fact and gets its number from `numbered`."""
    return line._replace(kind="void", replaces_batch_ref=batch_reference, replaces_line_no=line.line_no, line_no=0)


def filename(batch_reference: str, extension: str) -> str:
    """A file name with the batch's reference and nothing about any person.

    Raises: ValueError for a reference with anything but letters, digits, hyphen and underscore.
    """
    return f"proposed-items-{_checked(batch_reference)}.{extension}"


def file_order(line: Line) -> tuple[object, ...]:
    """What lines of a new batch are sorted by; see `numbered`."""
    return (
        line.servicing_provider_number,
        line.session_date,
        line.session_id,
        line.patient_family_name.casefold(),
        line.patient_given_name.casefold(),
        line.patient_ref,
        line.kind != "void",
        line.mbs_item,
        line.service_id,
    )


def _checked(reference: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", reference):
        raise ValueError("a batch reference holds letters, digits, hyphens and underscores only")
    return reference
