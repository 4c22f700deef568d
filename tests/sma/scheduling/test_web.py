"""Pages of planning, through the whole application."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import time_machine
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from sma.core.db import Database
from sma.identity import Role
from sma.scheduling import GroupSession, Program
from tests import factories
from tests.conftest import SignIn

TUESDAY = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(factories.NOW, tick=True):
        yield


class Clinic:
    """One place with a room, a program and two workers, committed."""

    def __init__(self, database: Database, **program: Any) -> None:
        with database.write() as db:
            place = factories.make_location(db)
            self.place_id = place.id
            self.room_id = factories.make_room(db, place).id
            self.unconfirmed_id = factories.make_location(db, name="Imported hall", timezone=None).id
            self.program_id = factories.make_program(db, name="Diabetes yarn", **program).id
            self.clinician_id = factories.make_practitioner(db, place).id
            self.facilitator_id = factories.make_practitioner(
                db, prefix=None, given_names="Marcus", family_name="Webb", profession="aboriginal-health-practitioner"
            ).id

    def answers(self, **changes: Any) -> dict[str, Any]:
        return {
            "program_id": self.program_id,
            "location_id": self.place_id,
            "room_id": self.room_id,
            "on": TUESDAY,
            "starts": "10:00",
            "ends": "11:30",
            "modality": "in-person",
            "support_places": 0,
            "clinician_id": self.clinician_id,
            "facilitator_id": self.facilitator_id,
            "audience": "open",
            "session_language": "en",
            "least": 4,
            "target": 10,
            "most": 12,
            "clinician_minutes": 60,
            **changes,
        }


@pytest.fixture
def clinic(app: FastAPI) -> Clinic:
    return Clinic(app.state.database)


@pytest.fixture
def manager(sign_in: SignIn) -> TestClient:
    return sign_in(Role.MANAGER)


def plan(client: TestClient, clinic: Clinic, **changes: Any) -> UUID:
    response = client.post("/sessions", data=clinic.answers(**changes))
    assert response.status_code == 303, response.text
    return UUID(response.headers["location"].split("/")[2])


def stored(app: FastAPI, session_id: UUID) -> GroupSession:
    with app.state.database.read() as db:
        session = db.get(GroupSession, session_id)
        assert session is not None
        return session


def count(app: FastAPI) -> int:
    with app.state.database.read() as db:
        return len(db.exec(select(GroupSession.id)).all())


def test_a_planned_session_is_a_draft_at_the_time_the_clock_at_the_place_shows(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    session = stored(app, plan(manager, clinic))

    assert session.status == "draft"
    assert session.starts_at == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert session.held_on == TUESDAY
    assert len(session.code) == 6


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2027, 10, 3), "clocks go forward"), (date(2027, 4, 4), "happens twice")],
)
def test_a_time_that_the_clocks_skip_or_show_twice_is_refused_and_the_answers_stay(
    app: FastAPI, clinic: Clinic, manager: TestClient, day: date, reason: str
) -> None:
    response = manager.post("/sessions", data=clinic.answers(on=day, starts="02:30", ends="04:00", most=11))

    assert response.status_code == 422
    assert reason in response.text
    assert 'href="#starts"' in response.text
    assert 'value="02:30"' in response.text
    assert 'value="11"' in response.text
    assert count(app) == 0


def test_a_place_without_a_confirmed_zone_is_refused_with_the_link_to_confirm_it(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    response = manager.post("/sessions", data=clinic.answers(location_id=clinic.unconfirmed_id, room_id=""))

    assert response.status_code == 422
    assert f"/locations/{clinic.unconfirmed_id}" in response.text
    assert count(app) == 0


def test_recalculating_shows_the_minutes_each_and_writes_nothing(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    response = manager.post("/sessions", data=clinic.answers(press="recalculate", on="", most=12))

    assert response.status_code == 200
    assert "60 minutes for 12 booked: 5.0 minutes each. At 6 minutes each, 10 fit." in response.text
    assert "field-error" not in response.text
    assert count(app) == 0


def test_pressing_save_twice_plans_one_session(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    answers = clinic.answers(idempotency_key="k" * 32)

    first, second = manager.post("/sessions", data=answers), manager.post("/sessions", data=answers)

    assert first.headers["location"] == second.headers["location"]
    assert count(app) == 1


def test_a_clinician_in_two_places_at_once_stops_the_plan(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    plan(manager, clinic)

    response = manager.post("/sessions", data=clinic.answers(room_id="", starts="11:00", ends="12:00"))

    assert response.status_code == 422
    assert "The clinician is in session" in response.text
    assert count(app) == 1


def test_a_room_holds_one_session_at_a_time_and_is_free_the_minute_it_ends(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    plan(manager, clinic)
    nobody = {"clinician_id": "", "facilitator_id": ""}

    clash = manager.post("/sessions", data=clinic.answers(starts="11:29", ends="12:00", **nobody))
    after = manager.post("/sessions", data=clinic.answers(starts="11:30", ends="12:00", **nobody))

    assert clash.status_code == 422
    assert "has this room at that time" in clash.text
    assert after.status_code == 303


def test_a_draft_without_clinician_is_not_published_and_says_who_is_missing(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    session_id = plan(manager, clinic, clinician_id="", facilitator_id="")

    response = manager.post(f"/sessions/{session_id}/publication")

    assert response.status_code == 409
    assert "No clinician is chosen." in response.text
    assert "No facilitator is chosen." in response.text
    assert stored(app, session_id).status == "draft"


def test_a_clinician_without_a_provider_number_at_the_place_is_missing_where_items_are_claimed(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    session_id = plan(manager, clinic, clinician_id=clinic.facilitator_id, facilitator_id=clinic.clinician_id)

    response = manager.post(f"/sessions/{session_id}/publication")

    assert response.status_code == 409
    assert "no provider number for this place" in response.text


def test_a_ready_draft_is_published_once(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    session_id = plan(manager, clinic)

    assert manager.post(f"/sessions/{session_id}/publication").status_code == 303
    assert stored(app, session_id).status == "open"
    assert manager.post(f"/sessions/{session_id}/publication").status_code == 409


MENS = {"audience": "mens", "audience_basis": "participants-preference", "review_on": date(2027, 6, 30)}


def test_a_mens_session_is_published_only_after_a_cultural_lead_approved_it_signed_in(
    app: FastAPI, clinic: Clinic, manager: TestClient, sign_in: SignIn
) -> None:
    session_id = plan(manager, clinic, **MENS)
    refused = manager.post(f"/sessions/{session_id}/publication")
    lead, desk = sign_in(Role.CULTURAL_LEAD), sign_in(Role.FRONT_DESK)

    assert refused.status_code == 409
    assert "has not been approved" in refused.text
    assert desk.post(f"/sessions/{session_id}/approval").status_code == 403
    assert manager.post(f"/sessions/{session_id}/approval").status_code == 403
    assert lead.post(f"/sessions/{session_id}/approval").status_code == 303
    assert manager.post(f"/sessions/{session_id}/publication").status_code == 303
    session = stored(app, session_id)
    assert session.approved_by_id == lead.user.id  # type: ignore[attr-defined]


def test_an_approver_typed_into_the_form_approves_nothing(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    session_id = plan(manager, clinic, **MENS, approved_by_id=str(clinic.clinician_id), approved_at="2026-11-01T00:00")

    assert stored(app, session_id).approved_by_id is None


def test_the_desk_sees_a_sessions_label_but_neither_topic_nor_audience(
    app: FastAPI, clinic: Clinic, manager: TestClient, sign_in: SignIn
) -> None:
    session_id = plan(manager, clinic, **MENS, audience_note="Asked for in the spring meeting")
    desk = sign_in(Role.FRONT_DESK).get(f"/sessions/{session_id}/plan")

    assert desk.status_code == 200
    assert "Shared appointment" in desk.text
    for secret in ("Diabetes", "Men", "approv", "spring meeting"):
        assert secret not in desk.text
    assert "Diabetes yarn" in manager.get(f"/sessions/{session_id}/plan").text


def test_two_planners_editing_one_session_see_both_values(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    session_id = plan(manager, clinic)
    url = f"/sessions/{session_id}/edit"
    assert manager.post(url, data=clinic.answers(version=1, most=11)).status_code == 303

    stale = manager.post(url, data=clinic.answers(version=1, most=12, target=9))

    assert stale.status_code == 409
    assert "Somebody else changed this" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert stored(app, session_id).most == 11


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("on", "", "Fill this in."),
        ("starts", "10:00Z", "as the clock at the place shows it"),
        ("on", "0001-01-01", "Check the year"),
        ("on", "2026-11-02", "This time has passed"),
        ("ends", "09:00", "The end must be after the start"),
        ("room_id", "not-a-room", "Choose one of the answers shown."),
        ("most", "9", "below the target"),
        ("audience", "biological", "Choose one of the answers shown."),
        ("session_language", "xx", "Choose one of the languages shown."),
    ],
)
def test_each_answer_that_cannot_stand_is_said_beside_it(
    app: FastAPI, clinic: Clinic, manager: TestClient, field: str, value: str, sentence: str
) -> None:
    response = manager.post("/sessions", data=clinic.answers(**{field: value}))

    assert response.status_code == 422
    assert sentence in response.text
    assert count(app) == 0


def test_a_program_is_made_changed_and_keeps_typed_answers_when_refused(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    answers = {"total_minutes": 90, "least": 4, "target": 8, "most": 10, "clinician_minutes": 60, "is_active": "on"}
    refused = manager.post("/programs", data={**answers, "name": "Heart", "neutral_label": "Men's group"})
    made = manager.post("/programs", data={**answers, "name": "Heart", "neutral_label": "Shared appointment"})

    assert refused.status_code == 422
    assert "Leave out for whom" in refused.text
    assert 'value="Heart"' in refused.text
    assert made.status_code == 303
    for path in ("/programs", "/programs/new", made.headers["location"], f"{made.headers['location']}/edit"):
        assert manager.get(path).status_code == 200, path
    with app.state.database.read() as db:
        assert {program.name for program in db.exec(select(Program))} == {"Heart", "Diabetes yarn"}


def test_a_new_session_starts_from_its_programs_setting(app: FastAPI, clinic: Clinic, manager: TestClient) -> None:
    choose = manager.get("/sessions/new")
    form = manager.get(f"/sessions/new?program={clinic.program_id}&on=2026-12-01")

    assert "Diabetes yarn" in choose.text
    assert form.status_code == 200
    assert 'value="11:30"' in form.text
    assert 'value="2026-12-01"' in form.text


def test_the_front_desk_plans_nothing_and_sees_no_programs(clinic: Clinic, sign_in: SignIn) -> None:
    desk = sign_in(Role.FRONT_DESK)

    for path in ("/programs", "/programs/new", f"/programs/{clinic.program_id}", "/sessions/new"):
        assert desk.get(path).status_code == 403, path
    assert desk.post("/sessions", data=clinic.answers()).status_code == 403


def test_a_button_with_a_broken_version_changes_nothing(
    app: FastAPI, clinic: Clinic, manager: TestClient, sign_in: SignIn
) -> None:
    session_id = plan(manager, clinic, **MENS)
    response = sign_in(Role.CULTURAL_LEAD).post(f"/sessions/{session_id}/approval", data={"version": "abc"})

    assert response.status_code == 422
    assert stored(app, session_id).approved_by_id is None


def test_a_program_is_approved_by_the_cultural_lead_and_its_page_names_the_approver(
    app: FastAPI, manager: TestClient, sign_in: SignIn
) -> None:
    clinic = Clinic(app.state.database, **MENS)
    lead, url = sign_in(Role.CULTURAL_LEAD), f"/programs/{clinic.program_id}"

    assert "Approve this audience" in lead.get(url).text
    assert sign_in(Role.FRONT_DESK).post(f"{url}/approval").status_code == 403
    assert lead.post(f"{url}/approval", data={"version": 9}).status_code == 409
    assert lead.post(f"{url}/approval", data={"version": 1}).status_code == 303
    page = manager.get(url).text
    assert lead.user.display_name in page  # type: ignore[attr-defined]
    assert "not been approved" not in page


def test_somebody_added_to_a_session_and_taken_off_again_shows_on_its_page(
    app: FastAPI, clinic: Clinic, manager: TestClient
) -> None:
    session_id = plan(manager, clinic, facilitator_id="")
    url = f"/sessions/{session_id}/plan"
    roles = f"/sessions/{session_id}/roles"

    assert manager.post(roles, data={"practitioner_id": clinic.facilitator_id, "role": "boss"}).status_code == 422
    added = manager.post(roles, data={"practitioner_id": clinic.facilitator_id, "role": "facilitator"})
    assert added.headers["location"] == url
    page = manager.get(url).text
    assert "Marcus Webb" in page
    removal = re.search(r'action="(/session-roles/[^"]+/removal)" *>?[^"]*', page.split("Marcus Webb")[1])
    assert removal is not None
    assert manager.post(removal[1]).status_code == 303
    assert "No facilitator is chosen." in manager.get(url).text


def test_a_field_is_called_the_same_above_the_form_as_beside_it(clinic: Clinic, manager: TestClient) -> None:
    for path, answers in (("/programs", {}), ("/sessions", {"program_id": clinic.program_id, "audience": "named"})):
        page: Any = BeautifulSoup(manager.post(path, data=answers).text, "html.parser")
        links = page.select('[role="alert"] a')
        assert links
        for link in links:
            field = page.select_one(link["href"])
            label = page.select_one(f'label[for="{field["id"]}"]') or field.find("legend")
            assert label.get_text(" ", strip=True).removesuffix(" (optional)") == link.get_text(strip=True)


def test_whoever_has_a_provider_number_comes_first_for_clinician_and_last_for_facilitator(
    clinic: Clinic, manager: TestClient
) -> None:
    page: Any = BeautifulSoup(manager.get(f"/sessions/new?program={clinic.program_id}").text, "html.parser")

    def groups(name: str) -> list[tuple[str, list[str]]]:
        found = page.select(f"#{name} optgroup")
        return [(group["label"], [option["value"] for option in group.select("option")]) for group in found]

    numbered = ("With a provider number", [str(clinic.clinician_id)])
    others = ("Without a provider number", [str(clinic.facilitator_id)])
    assert groups("clinician_id") == [numbered, others]
    assert groups("facilitator_id") == [others, numbered]
