"""A clinic whose mail goes to a real mail server on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from sma import appointments, messages
from sma.appointments import Appointment, InvitationRevision
from sma.core import outbox
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.identity import CurrentUser, Role
from sma.messages import Communication, Transport, transport_for
from sma.people import Patient
from sma.scheduling import GroupSession
from tests import factories
from tests.conftest import NOW
from tests.mailserver import PostOffice, post_office


@dataclass
class Desk:
    """The front desk of one clinic: books, and lets the mail go out."""

    database: Database
    settings: Settings
    office: PostOffice
    user: CurrentUser
    now: datetime = NOW
    transport: Transport = field(init=False)

    def __post_init__(self) -> None:
        self.transport = transport_for(self.settings)

    def session(self, **changes: Any) -> GroupSession:
        with self.database.write() as db:
            return factories.make_session(db, **changes)

    def patient(self, **changes: Any) -> Patient:
        with self.database.write() as db:
            return factories.make_patient(db, **changes)

    def book(self, session: GroupSession, patient: Patient, **options: Any) -> Appointment:
        with self.database.write() as db:
            return appointments.book(db, session.id, patient.id, by=self.user, now=self.now, **options)

    def cancel(self, appointment: Appointment) -> None:
        with self.database.write() as db:
            reason = appointments.CancelReason.PATIENT
            appointments.cancel(db, appointment.id, reason=reason, by=self.user, now=self.now)

    def send(self) -> int:
        """Deliver every message that is due; returns how many were tried."""
        tried = 0
        while True:
            with self.database.write() as db:
                works = outbox.claim(db, now=self.now, limit=10)
            if not works:
                return tried
            for work in works:
                tried += 1
                messages.deliver(self.database, work, now=self.now, transport=self.transport, settings=self.settings)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def log(self) -> list[Communication]:
        with self.database.read() as db:
            return list(db.exec(select(Communication).order_by(col(Communication.created_at))).all())

    def only(self) -> Communication:
        (row,) = self.log()
        return row

    def owed(self) -> list[Outbox]:
        with self.database.read() as db:
            return list(db.exec(select(Outbox).where(col(Outbox.finished_at).is_(None))).all())

    def revisions(self, appointment_id: UUID) -> list[InvitationRevision]:
        with self.database.read() as db:
            query = select(InvitationRevision).where(col(InvitationRevision.appointment_id) == appointment_id)
            return list(db.exec(query.order_by(col(InvitationRevision.number))).all())


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def desk(database: Database, settings: Settings, office: PostOffice) -> Desk:
    with database.write() as db:
        user = factories.make_user(db, Role.FRONT_DESK)
    return Desk(database, settings.model_copy(update={"mail_url": SecretStr(office.url)}), office, user)
