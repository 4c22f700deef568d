"""The demonstration clinic: made through the verbs, in every state, whatever time of day it is loaded."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from sma import demo
from sma.appointments import Appointment
from sma.claims import Claim, ClaimBatch
from sma.core.clock import now
from sma.core.db import Database
from sma.core.outbox import Outbox
from sma.core.settings import Settings
from sma.demo.cast import EVERYBODY
from sma.demo.weeks import soon_after
from sma.messages import Communication
from sma.scheduling import GroupSession


def test_the_demonstration_holds_sessions_in_every_state_and_one_exported_batch(
    database: Database, settings: Settings
) -> None:
    demo.load(database, settings, now=now())

    with database.read() as db:
        sessions = {session.status for session in db.exec(select(GroupSession))}
        claims = {claim.status for claim in db.exec(select(Claim))}
        batches = db.exec(select(ClaimBatch)).all()
        appointments = {appointment.status for appointment in db.exec(select(Appointment))}
        messages = {message.state for message in db.exec(select(Communication))}
        owed = db.exec(select(Outbox).where(col(Outbox.finished_at).is_(None))).all()
        assert demo.is_demo(db)
    assert {"draft", "open", "cancelled", "closed"} <= sessions
    assert {"needs-check", "blocked", "exported", "not-billed"} <= claims
    assert {"booked", "waitlist", "cancelled", "noshow", "fulfilled", "arrived"} <= appointments
    assert {"sent", "call-task"} <= messages
    assert len(batches) == 1
    assert owed == []
    assert len(list((settings.data_folder / "mail" / "new").iterdir())) > 50


@pytest.mark.parametrize("hour", range(24))
def test_todays_session_can_still_be_run_whenever_the_demonstration_is_tried(hour: int) -> None:
    clock = datetime(2026, 11, 23, hour, 20, tzinfo=UTC)
    begins = datetime.combine(clock.date(), soon_after(clock), UTC)
    assert begins.time() >= datetime(2026, 1, 1, 10, tzinfo=UTC).time()
    assert begins > clock or hour >= 22
    assert begins + timedelta(minutes=90) < datetime.combine(clock.date(), datetime.max.time(), UTC)


def test_the_demonstrations_people_have_names_in_several_scripts_and_published_test_cards() -> None:
    cards = [person.card for person in EVERYBODY if person.card]
    assert len(cards) == len(set(cards))
    assert any(not person.preferred.isascii() for person in EVERYBODY)
