"""Health, metrics and the operations page: what an operator sees, and what nobody else does."""

from datetime import timedelta
from uuid import uuid4

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core import outbox
from sma.core.clock import now
from sma.core.outbox import Outbox
from sma.identity import Role
from tests import factories
from tests.conftest import SignIn


def test_the_health_checks_need_no_sign_in_and_name_what_is_wrong(browser: TestClient, app: FastAPI) -> None:
    assert browser.get("/health/live").text == "alive"
    with app.state.database.write() as db:
        outbox.publish(db, "anything", uuid4(), now=now() - timedelta(hours=1))

    late = browser.get("/health/ready")

    assert late.status_code == 503
    assert late.json()["database"] is True
    assert late.json()["outbox"] is False


def test_metrics_count_rows_and_answer_only_this_machine(browser: TestClient, app: FastAPI) -> None:
    with app.state.database.write() as db:
        factories.make_appointment(db, factories.make_session(db))

    assert browser.get("/metrics").status_code == 404
    with TestClient(app, client=("127.0.0.1", 50000)) as here:
        numbers = here.get("/metrics")
        forwarded = here.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})

    assert 'sma_places{state="booked"} 1.0' in numbers.text
    assert 'sma_sessions{state="open"} 1.0' in numbers.text
    assert forwarded.status_code == 404


def test_an_effect_that_was_given_up_on_is_shown_and_can_be_tried_again(sign_in: SignIn, app: FastAPI) -> None:
    with app.state.database.write() as db:
        outbox.publish(db, "export.requested", uuid4(), now=now())
    with app.state.database.write() as db:
        (work,) = outbox.claim(db, now=now(), limit=1)
    with app.state.database.write() as db:
        outbox.bury(db, work, now=now(), error="OutOfOrder")
    operator = sign_in(Role.ADMINISTRATOR)

    page = operator.get("/operations").text
    answer = operator.post(f"/operations/effects/{work.id}/retry")

    assert "Given up" in page
    assert answer.headers["location"] == "/operations"
    with app.state.database.read() as db:
        row = db.exec(select(Outbox)).one()
    assert row.buried_at is None
    assert row.attempts == 0


def test_the_front_desk_has_no_business_there(sign_in: SignIn) -> None:
    assert sign_in(Role.FRONT_DESK).get("/operations").status_code == 403
