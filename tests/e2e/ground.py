"""The cast and the sessions that browser tests stand on, all made by the verbs that the pages use."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, update

from sma.appointments import book
from sma.attendance import ClinicianPresence, ConsultInterval
from sma.core.db import WriteSession
from sma.demo.ground import Ground, lay
from sma.scheduling import (
    GroupSession,
    SessionPlan,
    SessionRoleKind,
    approve_session_audience,
    make_session,
    publish_session,
)
from tests.e2e.clinic import SYDNEY, Clinic

FIRST_DAY = date(2026, 11, 24)


class Days:
    """Hands out one day to each test, so that nobody's session is in another test's way."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self._next = FIRST_DAY
        with clinic.write() as db:
            self.ground: Ground = lay(db, now=clinic.now - timedelta(days=30))

    def take(self) -> date:
        """Return a day that no test has had, with the clinic's clock at 9 in the morning of the day before."""
        day = self._next
        self._next += timedelta(days=1)
        with self.clinic.write() as db:
            # A test that ends with the clinician still in the room must not keep them from the next one.
            for row in (ClinicianPresence, ConsultInterval):
                db.execute(update(row).where(col(row.ends_at).is_(None)).values(ends_at=row.starts_at))
        self.clinic.at(datetime.combine(day - timedelta(days=1), time(9), SYDNEY))
        return day

    def yarn(self, day: date, *, booked: Iterable[str] = (), publish: bool = True, **changes: Any) -> UUID:
        """Plan a men's yarn at ten with Dr Okafor and Marcus, published, with some people booked.

        `program`, `starts`, `clinician` and `facilitator` may be named by key; the rest changes the setting.
        """
        with self.clinic.write() as db:
            session = self._plan(db, day, changes)
            if publish:
                publish_session(db, session.id, by=self.ground.users["karen"], now=self.clinic.now)
                db.flush()  # booking locks the session and reads it back
            for key in booked:
                marcus = self.ground.users["marcus"]
                book(db, session.id, self.ground.people[key], by=marcus, now=self.clinic.now)
                db.flush()  # the next booking counts this one
            return session.id

    def _plan(self, db: WriteSession, day: date, changes: dict[str, Any]) -> GroupSession:
        ground, now = self.ground, self.clinic.now
        program = changes.pop("program", "mens")
        starts: time = changes.pop("starts", time(10))
        staff = [
            (ground.workers[changes.pop("clinician", "okafor")], SessionRoleKind.CLINICIAN),
            (ground.workers[changes.pop("facilitator", "marcus")], SessionRoleKind.FACILITATOR),
        ]
        plan = SessionPlan(
            program_id=ground.programs[program],
            location_id=ground.places["clinic"],
            on=day,
            starts=starts,
            ends=(datetime.combine(day, starts) + timedelta(minutes=90)).time(),
            setting=replace(ground.plans[program], **changes),
        )
        session = make_session(db, plan, staff, by=ground.users["karen"], now=now)
        db.flush()  # approving and publishing lock the row
        if changes and program != "heart":
            approve_session_audience(db, session.id, by=ground.users["aunty.dot"], now=now)
            db.flush()
        return session
