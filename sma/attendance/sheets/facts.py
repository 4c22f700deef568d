"""What the clinic puts on paper: one frozen value per kind of sheet, filled in by the caller.

Every time is the clinic's wall-clock time, naive by design; an aware one is refused, because printing it as it
stands would show another place's hour.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True)
class SheetHeader:
    """The session as every page names it: by code, place and time, never by topic or audience."""

    session_code: str
    neutral_label: str
    place: str
    room: str | None
    starts: datetime
    ends: datetime
    timezone_words: str
    number: int
    printed_at: datetime
    printed_by: str


@dataclass(frozen=True)
class SignInStrip:
    """One person's tear-off strip: the first name or initial they chose, and their number on the staff sheet."""

    first_name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class StaffRow:
    """One person as the team in the room needs to know them."""

    number: int
    display_name: str
    pronouns: str = ""
    status_word: str = ""
    agreement_word: str = ""
    interpreter: str = ""
    support: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EvidenceInterval:
    """One stretch of a clinician's own time with one patient, and who wrote it down when.

    `correction` is the reason kept with a changed record; `recorded_after` marks one written after the session.
    """

    started: datetime
    ended: datetime | None
    minutes_text: str
    recorded_by: str
    recorded_at: datetime
    recorded_after: bool = False
    interrupted: bool = False
    correction: str | None = None


@dataclass(frozen=True, kw_only=True)
class EvidenceRow:
    """One patient's attendance with all of their individual consults."""

    number: int
    patient_name: str
    arrived: datetime | None
    left: datetime | None
    status_word: str
    intervals: Sequence[EvidenceInterval] = field(default=())


@dataclass(frozen=True, kw_only=True)
class EvidenceSheet:
    """The evidence of one session under one clinician's provider number."""

    header: SheetHeader
    clinician_name: str
    provider_number: str
    presence: Sequence[tuple[datetime, datetime | None]]
    group_size: int
    rows: Sequence[EvidenceRow]
    closed_by: str | None = None
    closed_at: datetime | None = None


def sheet_filename(kind: str, session_code: str, day: date) -> str:
    """Name the download by kind, session and day, so that no folder listing shows who attended."""
    safe = [re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") or "x" for part in (kind, session_code)]
    return f"sheet-{safe[0]}-{safe[1]}-{day.isoformat()}.pdf"


def day_words(day: date) -> str:
    """`Mon 23 Nov 2026`, the same in every locale of the server."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_words(moment: datetime) -> str:
    """`10:00 am`, as patients say it."""
    _refuse_aware(moment)
    return f"{moment.hour % 12 or 12}:{moment.minute:02} {'am' if moment.hour < 12 else 'pm'}"


def time_words(moment: datetime | None, beside: date) -> str:
    """`10:02` for a recorded moment, with its day where that is not the session's own; a dash for none."""
    if moment is None:
        return "–"
    _refuse_aware(moment)
    hour = f"{moment.hour:02}:{moment.minute:02}"
    return hour if moment.date() == beside else f"{moment.day} {MONTHS[moment.month - 1]} {hour}"


def exact_words(moment: datetime | None, beside: date) -> str:
    """`10:02:05`, as `time_words` but to the second, for what counts as evidence."""
    return "–" if moment is None else f"{time_words(moment, beside)}:{moment.second:02}"


def as_at_words(header: SheetHeader) -> str:
    """`as at 23 Nov 2026 09:41, no. 7`: when this sheet held, and the count by which two printouts are told apart."""
    return f"as at {stamp_words(header.printed_at)}, no. {header.number}"


def stamp_words(moment: datetime) -> str:
    """`23 Nov 2026 09:41`, for what was printed or closed."""
    _refuse_aware(moment)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year} {moment.hour:02}:{moment.minute:02}"


def span_words(starts: datetime, ends: datetime) -> str:
    """`10:00 am to 11:30 am`, naming the second day of a session that runs past midnight."""
    later = "" if ends.date() == starts.date() else f" {day_words(ends.date())}"
    return f"{clock_words(starts)} to {clock_words(ends)}{later}"


def place_words(header: SheetHeader) -> str:
    """`Community hall, Room 2`."""
    return f"{header.place}, {header.room}" if header.room else header.place


def _refuse_aware(moment: datetime) -> None:
    if moment.tzinfo is not None:
        raise ValueError("sheets print wall-clock time: convert to the place's local time and drop the zone")
