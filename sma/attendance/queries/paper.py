"""A day as its three sheets print it. Pure: the day, who prints and when come in, so that the same day prints alike.

The number on every sheet is a count of changes: of the session, of each place, of each record and each clinician's
stay. It only ever rises, so of two printouts the higher number is the newer one; beside it stands as at when it held.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from calendars import timezone_words
from sma.attendance.queries.rows import ConsultRow, Day, PersonRow
from sma.attendance.rules import Presence, clock_text, duration_text
from sma.attendance.sheets import (
    EvidenceInterval,
    EvidenceRow,
    EvidenceSheet,
    SheetHeader,
    SignInStrip,
    StaffRow,
)
from sma.core.clock import local

# People find their seats in the first minutes; the roll call need not call them late.
WORTH_SAYING = 5


@dataclass(frozen=True)
class Printing:
    """Who prints, and when: both stand at the foot of each page."""

    printed_by: str
    printed_at: datetime


def header(day: Day, printing: Printing) -> SheetHeader:
    """Name the session by code, neutral label, place and time; never by topic or audience."""
    session, zone = day.session, day.session.timezone
    return SheetHeader(
        session_code=session.code,
        neutral_label=session.neutral_label,
        place=day.view.location.neutral_name or day.view.location.name,
        room=day.view.room.name if day.view.room else None,
        starts=_wall(session.starts_at, zone),
        ends=_wall(session.ends_at, zone),
        timezone_words=timezone_words(session.starts_at, zone),
        number=day.sheet_number,
        printed_at=_wall(printing.printed_at, zone),
        printed_by=printing.printed_by,
    )


def strips(day: Day) -> list[SignInStrip]:
    """Return a strip for everyone expected, by first name alone."""
    return [SignInStrip(person.first, person.number) for person in day.people if person.presence != Presence.ABSENT]


def staff_rows(day: Day) -> list[StaffRow]:
    """Return everyone with a place as the team in the room needs to know them."""
    return [
        StaffRow(
            number=person.number,
            display_name=person.name,
            pronouns=person.pronouns or "",
            status_word=status_words(person) if person.presence else "Booked",
            agreement_word="Yes" if person.has_agreement else "To ask",
            interpreter=f"Yes, {person.language or 'language to ask'}" if person.needs_interpreter else "",
            note=", ".join(_notes(person)),
        )
        for person in day.people
    ]


def evidence(day: Day, practitioner_id: UUID | None, printing: Printing, closed_by: str | None) -> EvidenceSheet:
    """Return the record under one clinician's provider number: their stays, and their consults beside everyone."""
    session, zone = day.session, day.session.timezone
    clinician = next((row for row in day.clinicians if row.practitioner_id == practitioner_id), None)
    return EvidenceSheet(
        header=header(day, printing),
        clinician_name=clinician.name if clinician else "No clinician assigned",
        provider_number=(clinician.provider_number if clinician else None) or "not recorded",
        presence=[
            (_wall(stay.starts_at, zone), _wall(stay.ends_at, zone) if stay.ends_at else None)
            for stay in day.stays
            if stay.practitioner_id == practitioner_id
        ],
        group_size=len(day.came),
        rows=[_evidence_row(person, practitioner_id, zone) for person in day.people],
        closed_by=closed_by,
        closed_at=_wall(session.closed_at, zone) if session.closed_at else None,
    )


def status_words(person: PersonRow) -> str:
    """Write "Late, 38 min", and "Arrived, 38 min late" for somebody marked as arrived well after the start."""
    late = person.late_minutes
    if person.presence == Presence.LATE and late:
        return f"{person.words}, {late} min"
    if person.presence == Presence.ARRIVED and late > WORTH_SAYING:
        return f"{person.words}, {late} min late"
    return person.words


def _evidence_row(person: PersonRow, practitioner_id: UUID | None, zone: str) -> EvidenceRow:
    return EvidenceRow(
        number=person.number,
        patient_name=person.name,
        arrived=_wall(person.arrived_at, zone) if person.arrived_at else None,
        left=_wall(person.left_at, zone) if person.left_at else None,
        status_word=status_words(person),
        intervals=[_interval(row, zone) for row in person.consults if row.practitioner_id == practitioner_id],
    )


def _interval(row: ConsultRow, zone: str) -> EvidenceInterval:
    return EvidenceInterval(
        started=_wall(row.starts_at, zone),
        ended=_wall(row.ends_at, zone) if row.ends_at else None,
        minutes_text=duration_text(row.seconds) if row.ends_at else "–",
        recorded_by=_who(row),
        recorded_at=_wall(row.recorded_at, zone),
        recorded_after=row.recorded_after,
        interrupted=row.interrupted,
        correction=correction_words(row, zone) if row.is_entered else None,
    )


def correction_words(row: ConsultRow, zone: str) -> str:
    """Say what a typed consult replaced, why, and whether its clinician still has to confirm it."""
    if row.was_from is None:
        was = "nothing was pressed"
    elif row.was_to is None:
        was = f"was {clock_text(row.was_from, zone)}, not stopped"
    else:
        was = f"was {clock_text(row.was_from, zone)} to {clock_text(row.was_to, zone)}"
    waits = "; not confirmed by the clinician" if row.needs_confirmation else ""
    return f"{was}; {row.reason}{waits}"


def _who(row: ConsultRow) -> str:
    if row.confirmed_by and row.confirmed_by != row.recorded_by:
        return f"{row.recorded_by}, confirmed by {row.confirmed_by}"
    return row.recorded_by


def _notes(person: PersonRow) -> list[str]:
    notes = {"Walk-in": person.is_walk_in, "No card here": person.no_card}
    return [words for words, holds in notes.items() if holds]


def _wall(instant: datetime, zone: str) -> datetime:
    return local(instant, zone).replace(tzinfo=None, microsecond=0)
