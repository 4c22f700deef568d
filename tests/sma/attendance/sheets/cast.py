"""The fictional people and the session that the sheets are tested with."""

from datetime import datetime
from io import BytesIO

from pypdf import PdfReader

from sma.attendance.sheets import (
    EvidenceInterval,
    EvidenceRow,
    EvidenceSheet,
    SheetHeader,
    SignInStrip,
    StaffRow,
)

FAMILIES = {
    "Djäŋgala": "Yunupiŋu",
    "Tuyết": "Nguyễn Thị Ánh",
    "محمد": "الحسيني",
    "小明": "陈",
    "Ḏäwu": "Gurruwiwi",
    "Bruno": "Ricci",
    "Chidi": "Okonkwo",
    "Zoë": "O'Brien",
    "Amal": "Haddad",
    "Siobhán": "Ní Dhomhnaill",
    "Maximilianaferdinandalexandrinawilhelminacharlottenburgensis": "Featherstonehaugh-Wolfeschlegelstein",
    "B.": "Papadopoulos",
}
FIRST_NAMES = tuple(FAMILIES)


def at(hour: int, minute: int, day: int = 24) -> datetime:
    """A wall-clock time in the week of the session."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{hour:02}:{minute:02}")


def header(**changes: object) -> SheetHeader:
    values: dict[str, object] = {
        "session_code": "YU-7K2",
        "neutral_label": "Tuesday morning appointments",
        "place": "Riverbend Community Hall, 12 Example Street",
        "room": "Room 2",
        "starts": at(10, 0),
        "ends": at(11, 30),
        "timezone_words": "Darwin time",
        "number": 7,
        "printed_at": at(9, 41, day=23),
        "printed_by": "Mei Lin",
    }
    return SheetHeader(**(values | changes))  # type: ignore[arg-type]


def strips(count: int) -> list[SignInStrip]:
    return [SignInStrip(FIRST_NAMES[number % 12], number + 1) for number in range(count)]


def staff_rows(count: int) -> list[StaffRow]:
    return [
        StaffRow(
            number=number + 1,
            display_name=f"{FIRST_NAMES[number % 12]} {FAMILIES[FIRST_NAMES[number % 12]]}",
            pronouns=("she/her", "", "he/him", "they/them")[number % 4],
            status_word=("booked", "arrived", "may be late")[number % 3],
            agreement_word=("signed", "to sign")[number % 2],
            interpreter=("", "Vietnamese, booked", "Kashmiri (کٲشُر), by phone")[number % 3],
            support=("", "wheelchair", "sister comes along, large print")[number % 3],
            note="transport at 9:30" if number % 4 == 0 else "",
        )
        for number in range(count)
    ]


def interval(minute: int, **changes: object) -> EvidenceInterval:
    values: dict[str, object] = {
        "started": at(10, minute),
        "ended": at(10, minute + 8),
        "minutes_text": "8 min",
        "recorded_by": "Dr Adaeze Okafor",
        "recorded_at": at(10, minute + 8),
    }
    return EvidenceInterval(**(values | changes))  # type: ignore[arg-type]


def evidence(count: int, consults: int = 1) -> EvidenceSheet:
    rows = [
        EvidenceRow(
            number=number + 1,
            patient_name=f"{FIRST_NAMES[number % 12]} {FAMILIES[FIRST_NAMES[number % 12]]}",
            arrived=at(9, 55),
            left=at(11, 31),
            status_word="attended",
            intervals=[interval((number + turn) % 50) for turn in range(consults)],
        )
        for number in range(count)
    ]
    return EvidenceSheet(
        header=header(),
        clinician_name="Dr Adaeze Okafor",
        provider_number="2426621B",
        presence=[(at(9, 58), at(11, 32))],
        group_size=count,
        rows=rows,
        closed_by="Mei Lin",
        closed_at=at(12, 5),
    )


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page as a reader takes it out."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
