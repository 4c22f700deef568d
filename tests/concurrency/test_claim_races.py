"""Claims decided about at the same moment: a limit is used once, a line goes to one place, a report is read in once."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from sma.attendance import ClinicianPresence, Encounter
from sma.claims import Claim, ClaimBatch, ClaimStatus, approve, make_batches, reassess
from sma.claims.actions import approve_many, mark_not_billed, reassess_many
from sma.claims.actions.lines import lock_lines
from sma.claims.actions.payers import choose_payer
from sma.claims.actions.referrer_reports import note_reports
from sma.claims.actions.responses import check_report, from_bytes, import_report
from sma.claims.judgement import choice_of
from sma.claims.models import ReferrerReport
from sma.claims.rules import BillingType, NotApprovable
from sma.core import crypto
from sma.core.db import Database, WriteSession
from sma.core.errors import DomainError
from sma.core.settings import Settings
from sma.people import Location, Patient, lock_patients
from tests.concurrency.races import at_once
from tests.factories import make_appointment, make_session
from tests.sma.claims.factories import CLOSED, TIMES, YarnUp, add_consult, at, correct, later, propose_now, yarn_up
from tests.sma.claims.returned import freeze, lodge, results, row, take_in

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(120)]
# SQLite has one writer at a time, and so no row to wait for.
ROWS_ARE_LOCKED = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def _keys(settings: Settings) -> None:
    crypto.install(settings.keyring)


def seen_again(db: WriteSession, day: YarnUp, name: str) -> UUID:
    """The same clinician sees one of them in the afternoon too; returns that session."""
    session = make_session(
        db,
        starts_at=at("14:00"),
        location=db.get_one(Location, day.session.location_id),
        clinician=day.clinician,
        status="closed",
        closed_at=CLOSED,
        item_families=["health-check"],
    )
    appointment = make_appointment(db, session, db.get_one(Patient, day.patients[name]), status="fulfilled")
    encounter = Encounter(
        appointment_id=appointment.id,
        group_session_id=session.id,
        patient_id=day.patients[name],
        presence="arrived",
        arrived_at=at("14:00"),
        note_done_at=CLOSED,
    )
    db.add(encounter)
    db.flush()
    add_consult(db, day, name, "14:10-14:20", encounter_id=encounter.id, group_session_id=session.id)
    db.add(
        ClinicianPresence(
            group_session_id=session.id,
            practitioner_id=day.clinician.id,
            starts_at=at("14:00"),
            ends_at=at("15:00"),
            recorded_by_id=day.doctor.id,
            recorded_at=at("15:00"),
        )
    )
    return session.id


def writing(clinic: Database, verb: Any, *args: Any, **named: Any) -> Any:
    with clinic.write() as db:
        done = verb(db, *args, **named)
        return done if isinstance(done, tuple | list) else type(done)


def test_two_approvals_at_once_for_one_person_do_not_both_use_a_yearly_health_check(clinic: Database) -> None:
    with clinic.write() as db:
        day = yarn_up(db, item_families=["gp-attendance", "health-check"])
        for patient in db.exec(select(Patient)):
            patient.indigenous_status, patient.indigenous_status_state = "1", "answered"
        again = seen_again(db, day, "P06")
    propose_now(clinic, day.session.id)
    propose_now(clinic, again)
    with clinic.read() as db:
        lines = db.exec(select(Claim).where(col(Claim.patient_id) == day.patients["P06"])).all()
        acts = []
        for line in lines:
            choice = choice_of(line.assessment, "715")
            assert choice is not None
            confirmed = [question.key for question in choice.questions]
            answers: dict[str, Any] = {"item_number": "715", "confirmed": confirmed, "by": day.doctor, "now": later(2)}
            acts.append(partial(writing, clinic, approve, line.id, **answers))
    assert len(acts) == 2

    told = at_once(acts)

    with clinic.read() as db:
        ready = db.exec(select(Claim).where(col(Claim.status) == ClaimStatus.READY)).all()
    assert len(ready) == 1, told
    assert [type(each) for each in told if isinstance(each, Exception)] == [NotApprovable]


def test_approving_assessing_choosing_and_freezing_at_once_leave_each_line_in_one_place(clinic: Database) -> None:
    with clinic.write() as db:
        day = yarn_up(db)
        again = seen_again(db, day, "P01")
    propose_now(clinic, day.session.id)
    propose_now(clinic, again)
    with clinic.write() as db:
        ids = [day.line(db, name).id for name in TIMES]
        approve(db, ids[1], item_number="23", by=day.doctor, now=later(1))
    sessions = [day.session.id, again]
    by_doctor: dict[str, Any] = {"by": day.doctor, "now": later(2)}
    by_billing: dict[str, Any] = {"by": day.billing, "now": later(2)}
    act = partial(partial, writing, clinic)
    private = {"billing_type": BillingType.PRIVATE}

    told = at_once(
        [
            act(approve_many, ids, **by_doctor),
            act(approve_many, list(reversed(ids)), **by_doctor),
            act(reassess_many, sessions, **by_doctor),
            act(reassess_many, list(reversed(sessions)), **by_doctor),
            act(choose_payer, ids[0], **private, **by_doctor),
            act(choose_payer, ids[2], **private, **by_doctor),
            act(mark_not_billed, ids[3], reason="Not this one", **by_doctor),
            act(approve, ids[0], item_number="23", **by_doctor),
            act(make_batches, **by_billing),
            act(make_batches, **by_billing),
        ]
    )

    # Whoever was late is told so in words; nobody waits for anybody for ever.
    assert [each for each in told if isinstance(each, Exception) and not isinstance(each, DomainError)] == []
    with clinic.read() as db:
        claims = db.exec(select(Claim)).all()
        batches = db.exec(select(ClaimBatch)).all()
    for claim in claims:
        assert (claim.status == ClaimStatus.EXPORTED) == (claim.batch_id is not None)
    assert sum(batch.line_count for batch in batches) == sum(claim.batch_id is not None for claim in claims)
    assert len({batch.reference for batch in batches}) == len(batches)


@ROWS_ARE_LOCKED
def test_a_session_is_judged_again_while_one_of_its_people_is_held(clinic: Database) -> None:
    """Whoever holds the person may wait for the session: neither may wait for the other."""
    with clinic.write() as db:
        day = yarn_up(db)
    propose_now(clinic, day.session.id)

    with clinic.write() as holding:
        lock_patients(holding, list(day.patients.values()))
        with clinic.write() as db:
            db.connection().execute(text("SET LOCAL lock_timeout = '3s'"))
            correct(db, day, "P01", "10:26-10:31")
            changes = reassess(db, day.session.id, by=day.doctor, now=later(1))

    assert changes.fresh


@ROWS_ARE_LOCKED
def test_a_report_is_written_down_while_its_lines_are_held(clinic: Database) -> None:
    """A report comes in an order of its own, so it must not wait for lines that others lock in the order of ids."""
    with clinic.write() as db:
        day = yarn_up(db)
    propose_now(clinic, day.session.id)
    batch = freeze(clinic, day, {"P01": "23", "P02": "23"})
    lodge(clinic, day, batch)
    file = check_report(from_bytes(results(row("0002", "02"), row("0001", "01"))))

    with clinic.write() as holding:
        lock_lines(holding, day.session.id)
        with clinic.write() as db:
            db.connection().execute(text("SET LOCAL lock_timeout = '3s'"))
            taken = import_report(db, file, by=day.billing, now=later(120))

    assert taken.report.row_count == 2


def test_a_report_to_the_referrer_that_two_note_at_once_is_owed_once(clinic: Database) -> None:
    """Freezing and an account hold different rows, and both note what they owe."""
    with clinic.write() as db:
        day = yarn_up(db)
    propose_now(clinic, day.session.id)
    with clinic.write() as db:
        line = day.line(db, "P01")
        line.item_number, line.status = "81105", ClaimStatus.EXPORTED

    told = at_once([partial(writing, clinic, note_reports, [line.id], now=later(1))] * 4)

    assert [each for each in told if isinstance(each, Exception)] == []
    with clinic.read() as db:
        owed = db.exec(select(ReferrerReport)).all()
    assert len(owed) == len({each.moment for each in owed}) > 0


def test_one_report_read_in_by_two_at_once_is_kept_once(clinic: Database) -> None:
    with clinic.write() as db:
        day = yarn_up(db)
    propose_now(clinic, day.session.id)
    batch = freeze(clinic, day, {"P01": "23", "P02": "23"})
    lodge(clinic, day, batch)
    content = results(row("0001", "01"), row("0002", "02", 0, "254"))

    told = at_once([partial(take_in, clinic, day, content)] * 4)

    assert sorted(each.is_new for each in told) == [False, False, False, True]
