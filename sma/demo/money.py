"""Assigns benefits, approves lines as the clinician would, and has one batch exported."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, AppointmentStatus
from sma.assignments import AssignmentMethod, Plan, assign_benefit, prepare
from sma.claims import Claim, approve, make_batches, request_export
from sma.claims.rules import ClaimStatus
from sma.core.clock import local_date
from sma.core.db import Database
from sma.core.settings import Settings
from sma.demo.cast import EVERYBODY
from sma.demo.ground import Ground
from sma.scheduling import GroupSession, SessionRoleKind, staff_of
from sma.worker import deliver_due


def assign_benefits(
    database: Database, ground: Ground, session_id: UUID, *, now: datetime, but_not: tuple[str, ...] = ()
) -> None:
    """Record the assignment of benefit of everybody who came, signed before or spoken."""
    people = {ground.people[person.key]: person for person in EVERYBODY}
    marcus = ground.users["marcus"]
    with database.write() as db:
        session = db.get_one(GroupSession, session_id)
        clinician = next(row for row in staff_of(db, session_id) if row.role == SessionRoleKind.CLINICIAN)
        attended = db.exec(
            select(col(Appointment.patient_id)).where(
                col(Appointment.group_session_id) == session_id,
                col(Appointment.status) == AppointmentStatus.ARRIVED,
            )
        ).all()
        for patient_id in attended:
            person = people[patient_id]
            if person.key in but_not:
                continue
            assign_benefit(
                db,
                session_id,
                patient_id,
                clinician.practitioner_id,
                method=AssignmentMethod.BEFORE if person.enduring else AssignmentMethod.VERBAL,
                assigned_on=local_date(session.ends_at, session.timezone),
                why="" if person.enduring else "Said in the room; the tablet was flat",
                by=marcus,
                now=now,
            )


def prepare_agreements(database: Database, ground: Ground, session_id: UUID, *, now: datetime) -> None:
    """Write two agreements of a session to come: one to be signed on the tablet, one to be read out."""
    with database.write() as db:
        session = db.get_one(GroupSession, session_id)
        clinician = next(row for row in staff_of(db, session_id) if row.role == SessionRoleKind.CLINICIAN)
        for key, method in (("alan", AssignmentMethod.BEFORE), ("ben", AssignmentMethod.VERBAL)):
            prepare(
                db,
                Plan(
                    session_id=session_id,
                    patient_id=ground.people[key],
                    practitioner_id=clinician.practitioner_id,
                    method=method,
                    assigned_on=local_date(now, session.timezone),
                    descriptions=("gp",),
                ),
                by=ground.users["marcus"],
                now=now,
            )


def approve_and_export(
    database: Database, settings: Settings, ground: Ground, session_id: UUID, *, now: datetime
) -> None:
    """Approve what fits without a doubt, freeze the batch, and have both files made."""
    doctor, karen = ground.users["dr.okafor"], replace(ground.users["karen"], stepped_up_at=now)
    with database.read() as db:
        lines = db.exec(
            select(col(Claim.id), col(Claim.item_number)).where(
                col(Claim.group_session_id) == session_id,
                col(Claim.status) == ClaimStatus.NEEDS_CHECK,
                col(Claim.item_number).is_not(None),
            )
        ).all()
    for claim_id, item_number in lines:
        with database.write() as db:
            approve(db, claim_id, item_number=item_number or "", by=doctor, now=now)
    with database.write() as db:
        batches = make_batches(db, by=karen, now=now)
    for batch in batches:
        for form in ("csv", "xlsx"):
            with database.write() as db:
                request_export(db, batch.id, form, by=karen, now=now)
    deliver_due(database, settings)
