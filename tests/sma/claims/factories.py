"""The yarn up of 24 November 2026 as rows, and the people who bill it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, select

from sma.assignments import AssignmentMethod, assign_benefit
from sma.attendance import ClinicianPresence, ConsultInterval, Encounter
from sma.claims import Claim, follow_ended_assignment, follow_recorded_assignment, propose
from sma.claims.rules import ClaimStatus
from sma.core import outbox
from sma.core.db import Database, WriteSession
from sma.core.outbox import Outbox, Work
from sma.identity import CurrentUser, Role
from sma.people import Practitioner, set_coverage
from sma.scheduling import GroupSession
from tests.factories import (
    make_appointment,
    make_location,
    make_patient,
    make_policy,
    make_practitioner,
    make_session,
    make_user,
)

SYDNEY = ZoneInfo("Australia/Sydney")
DAY = date(2026, 11, 24)
CLOSED = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # noon in Sydney
PROVIDER_NUMBER = "2447781L"

# Published test cards only: fictional people of HL7 Australia and of the gateways' test sets.
CARDS = (
    ("4951651671", "1"),
    ("6951826031", "1"),
    ("6951826031", "2"),
    ("2954541041", "1"),
    ("2954541041", "2"),
    ("6951825241", "1"),
    ("2509999891", "1"),
    ("2510484911", "1"),
    ("4951525561", "1"),
    ("4951525561", "2"),
)
PEOPLE = (
    ("Alan", "Drum"),
    ("Ben", "Farr"),
    ("Cody", "Hale"),
    ("Des", "Irons"),
    ("Eli", "Jury"),
    ("Frank", "Kell"),
    ("Gus", "Lodge"),
    ("Hal", "Moor"),
    ("Ivo", "Nash"),
    ("Joe", "Marlow"),
)
TIMES: dict[str, str] = {
    "P01": "10:26-10:33",
    "P02": "10:33-10:40",
    "P03": "10:41-10:49",
    "P04": "10:49-10:55",
    "P05": "10:56-11:01",
    "P06": "11:02-11:12",
    "P07": "11:12-11:19",
    "P08": "11:19-11:26",
}


@dataclass
class YarnUp:
    """The session with everybody in it; `encounters` and `patients` by the names of the scenario."""

    session: GroupSession
    clinician: Practitioner
    doctor: CurrentUser
    billing: CurrentUser
    encounters: dict[str, UUID] = field(default_factory=dict)
    patients: dict[str, UUID] = field(default_factory=dict)

    def line(self, db: WriteSession, name: str) -> Claim:
        """The person's line that is in force."""
        query = select(Claim).where(
            col(Claim.encounter_id) == self.encounters[name],
            col(Claim.kind) == "service",
            col(Claim.status).not_in((ClaimStatus.VOID, ClaimStatus.WITHDRAWN)),
        )
        return db.exec(query.execution_options(populate_existing=True)).one()


def at(clock: str, day: date = DAY) -> datetime:
    hours, minutes = clock.split(":")[:2]
    seconds = int(clock.split(":")[2]) if clock.count(":") == 2 else 0
    return datetime(day.year, day.month, day.day, int(hours), int(minutes), seconds, tzinfo=SYDNEY).astimezone(UTC)


def yarn_up(db: WriteSession, **changes: Any) -> YarnUp:
    """Nine came, eight were seen, one stayed away; cards, notes and enduring agreements are in place."""
    doctor = replace_step_up(make_user(db, Role.CLINICIAN))
    billing = replace_step_up(make_user(db, Role.BILLING))
    make_policy(db)
    location = make_location(db, **changes.pop("place", {}))
    number = changes.pop("provider_number", PROVIDER_NUMBER)
    clinician = make_practitioner(db, location, user_id=doctor.id, provider_number=number)
    session = make_session(
        db, location=location, clinician=clinician, starts_at=at("10:00"), status="closed", closed_at=CLOSED, **changes
    )
    day = YarnUp(session, clinician, doctor, billing)
    db.add(
        ClinicianPresence(
            group_session_id=session.id,
            practitioner_id=clinician.id,
            starts_at=at("10:25:30"),
            ends_at=at("11:27"),
            recorded_by_id=doctor.id,
            recorded_at=at("11:27"),
        )
    )
    for number_, ((preferred, family), (card, irn)) in enumerate(zip(PEOPLE, CARDS, strict=True), 1):
        _join(db, day, f"P{number_:02d}", {"preferred_name": preferred, "family_name": family}, card, irn)
    # The worker looked when each agreement was recorded, and the session was not closed then.
    told = update(Outbox).where(col(Outbox.kind) == "assignment.recorded").values(finished_at=CLOSED, due_at=None)
    db.connection().execute(told)
    return day


def _join(db: WriteSession, day: YarnUp, name: str, names: dict[str, str], card: str, irn: str) -> None:
    came = name != "P10"
    patient = make_patient(db, **names)
    set_coverage(db, patient.id, kind="medicare", number=card, irn=irn, expires_on=None, by=day.billing, now=CLOSED)
    status = "fulfilled" if came else "noshow"
    appointment = make_appointment(db, day.session, patient, status=status)
    encounter = Encounter(
        appointment_id=appointment.id,
        group_session_id=day.session.id,
        patient_id=patient.id,
        presence="arrived" if came else "absent",
        arrived_at=at("10:05") if came else None,
        note_done_at=at("11:40") if name in TIMES else None,
        note_done_by_id=day.doctor.id if name in TIMES else None,
    )
    db.add(encounter)
    # Its key is needed by the rows that follow.
    db.flush()
    day.encounters[name], day.patients[name] = encounter.id, patient.id
    if name in TIMES:
        add_consult(db, day, name, TIMES[name])
    method = AssignmentMethod.ENDURING if came else AssignmentMethod.VERBAL
    assign_benefit(
        db,
        day.session.id,
        patient.id,
        day.clinician.id,
        method=method,
        assigned_on=DAY,
        enduring_path="accho" if came else "",
        why="" if came else "Said in the room",
        by=day.doctor,
        now=CLOSED,
    )


def add_consult(db: WriteSession, day: YarnUp, name: str, span: str, **changes: Any) -> ConsultInterval:
    starts, ends = span.split("-")
    consult = ConsultInterval(
        **{
            "encounter_id": day.encounters[name],
            "group_session_id": day.session.id,
            "practitioner_id": day.clinician.id,
            "starts_at": at(starts),
            "ends_at": at(ends),
            "recorded_by_id": day.doctor.id,
            "recorded_at": at(ends),
            **changes,
        }
    )
    db.add(consult)
    # Read again by the assessment, which asks the database.
    db.flush()
    return consult


def correct(db: WriteSession, day: YarnUp, name: str, span: str) -> None:
    """Put a consult right as the page of the day does: the old stretch stays, superseded."""
    old = db.exec(
        select(ConsultInterval).where(
            col(ConsultInterval.encounter_id) == day.encounters[name], col(ConsultInterval.superseded_at).is_(None)
        )
    ).one()
    old.superseded_at = CLOSED
    db.flush()
    add_consult(
        db, day, name, span, replaces_id=old.id, is_entered=True, confirmed_by_id=day.doctor.id, confirmed_at=CLOSED
    )


def replace_step_up(user: CurrentUser, at_: datetime = CLOSED) -> CurrentUser:
    """The same user, who has just proved that it is them."""
    return replace(user, stepped_up_at=at_)


def propose_now(database: Database, session_id: UUID, *, now: datetime = CLOSED) -> None:
    """Owe and do the effect of closing a session, as the worker does."""
    with database.write() as db:
        outbox.publish(db, "session.closed", session_id, now=now, key=now.isoformat())
    for work in leased(database, now=now):
        if work.kind == "session.closed":
            propose(database, work, now=now)


def follow_assignments(database: Database, *, now: datetime = CLOSED) -> None:
    """Do what recorded and ended assignments owe to the lines, as the worker does."""
    listeners = {"assignment.recorded": follow_recorded_assignment, "assignment.ended": follow_ended_assignment}
    for work in leased(database, now=now):
        if listener := listeners.get(work.kind):
            listener(database, work, now=now)


def leased(database: Database, *, now: datetime) -> list[Work]:
    with database.write() as db:
        return outbox.claim(db, now=now, limit=50)


def later(minutes: float) -> datetime:
    return CLOSED + timedelta(minutes=minutes)
