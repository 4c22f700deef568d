"""Whose minutes they are: who may change a consult, and why a clinician with minutes stays on the session."""

import re

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from sma.attendance import clinician_in, clinician_out, correct_consult, stop_consult, take_off, withdraw_consult
from sma.attendance.actions import start_consult
from sma.attendance.models import ConsultInterval
from sma.attendance.rules import CliniciansMinutes, HasMinutes
from sma.core.db import Database, WriteSession
from sma.identity import CurrentUser, Role
from sma.people import Practitioner
from sma.scheduling import SessionRole
from tests.factories import make_practitioner, make_user
from tests.sma.attendance.conftest import Enter, SetClock
from tests.sma.attendance.scene import Scene, at, everyone_arrives, yarn_up


def seen_by_the_doctors_own_press(db: WriteSession, scene: Scene) -> ConsultInterval:
    everyone_arrives(db, scene)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.doctor_user, now=at("10:25"))
    begun = start_consult(db, scene.place(1), scene.doctor.id, by=scene.doctor_user, now=at("10:26"))
    return stop_consult(db, begun.id, by=scene.doctor_user, now=at("10:33"))


def correct(db: WriteSession, consult: ConsultInterval, by: CurrentUser) -> ConsultInterval:
    return correct_consult(
        db, consult.id, starts_at=at("10:26"), ends_at=at("10:34"), reason="Clock", by=by, now=at("10:40")
    )


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.FACILITATOR, Role.CLINICIAN])
def test_what_the_doctor_pressed_is_not_changed_by_others(db: WriteSession, role: Role) -> None:
    consult, other = seen_by_the_doctors_own_press(db, yarn_up(db)), make_user(db, role)

    with pytest.raises(CliniciansMinutes):
        correct(db, consult, other)
    with pytest.raises(CliniciansMinutes):
        withdraw_consult(db, consult.id, reason="Not mine", by=other, now=at("10:40"))

    assert consult.counts


def another_clinician(db: WriteSession, scene: Scene, user: CurrentUser) -> Practitioner:
    colleague = make_practitioner(db, user_id=user.id)
    db.add(SessionRole(group_session_id=scene.session.id, practitioner_id=colleague.id, role="clinician"))
    db.flush()
    return colleague


def test_a_second_clinician_of_the_session_changes_their_own_minutes_and_not_the_firsts(db: WriteSession) -> None:
    scene, nurse_user = yarn_up(db), make_user(db, Role.CLINICIAN)
    theirs = seen_by_the_doctors_own_press(db, scene)
    nurse = another_clinician(db, scene, nurse_user)
    clinician_in(db, scene.session.id, nurse.id, by=nurse_user, now=at("10:25"))
    own = start_consult(db, scene.place(2), nurse.id, by=nurse_user, now=at("10:26"))
    stop_consult(db, own.id, by=nurse_user, now=at("10:33"))

    with pytest.raises(CliniciansMinutes):
        correct(db, theirs, nurse_user)
    with pytest.raises(CliniciansMinutes):
        withdraw_consult(db, theirs.id, reason="Not mine", by=nurse_user, now=at("10:40"))

    assert theirs.counts
    assert correct(db, own, nurse_user).counts


def test_a_manager_may_and_the_doctor_is_asked_to_confirm(db: WriteSession) -> None:
    consult = seen_by_the_doctors_own_press(db, yarn_up(db))

    new = correct(db, consult, make_user(db, Role.MANAGER))

    assert (new.replaces_id, new.reason, new.counts) == (consult.id, "Clock", False)


def test_what_somebody_else_pressed_for_the_doctor_is_theirs_to_correct_until_it_is_confirmed(db: WriteSession) -> None:
    scene = yarn_up(db)
    everyone_arrives(db, scene)
    clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    begun = start_consult(db, scene.place(1), scene.doctor.id, by=scene.marcus, now=at("10:26"))
    stop_consult(db, begun.id, by=scene.marcus, now=at("10:33"))

    first = correct(db, begun, make_user(db, Role.FRONT_DESK))
    first.confirmed_by_id = scene.doctor_user.id

    with pytest.raises(CliniciansMinutes):
        withdraw_consult(db, first.id, reason="After all", by=scene.marcus, now=at("10:41"))


def role_of(db: WriteSession, scene: Scene) -> SessionRole:
    query = select(SessionRole).where(col(SessionRole.practitioner_id) == scene.doctor.id)
    return db.exec(query.where(col(SessionRole.group_session_id) == scene.session.id)).one()


def test_a_clinician_with_minutes_stays_on_the_session(db: WriteSession) -> None:
    scene, manager = yarn_up(db), make_user(db, Role.MANAGER)
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    clinician_out(db, stay.id, by=scene.marcus, now=at("11:00"))

    with pytest.raises(HasMinutes) as refusal:
        take_off(db, role_of(db, scene).id, by=manager, now=at("11:10"))

    assert refusal.value.message.startswith("This clinician's time is recorded in this session, so they stay on it")
    assert role_of(db, scene).role == "clinician"


def test_a_clinician_who_never_came_is_taken_off_even_after_the_start(db: WriteSession) -> None:
    scene, manager = yarn_up(db), make_user(db, Role.MANAGER)
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25"))
    clinician_out(db, stay.id, by=scene.marcus, now=at("10:25"))  # a slip of the finger

    assert take_off(db, role_of(db, scene).id, by=manager, now=at("11:10")) == scene.session.id


def test_the_pages_offer_and_refuse_alike(enter: Enter, app: FastAPI, set_clock: SetClock) -> None:
    database: Database = app.state.database
    with database.write() as db:
        scene = yarn_up(db)
        consult = seen_by_the_doctors_own_press(db, scene)
    set_clock(at("10:50"))
    desk, manager = enter(Role.FRONT_DESK), enter(Role.MANAGER)
    day, correction = f"/sessions/{scene.session.id}/day", f"/consults/{consult.id}/correction"

    assert correction not in desk.get(day).text
    assert desk.get(correction).status_code == 403
    assert correction in manager.get(day).text
    assert manager.get(correction).status_code == 200
    plan = manager.get(f"/sessions/{scene.session.id}/plan").text
    found = re.search(r"/session-roles/[^\"]+/removal", plan)
    assert found is not None
    refused = manager.post(found[0], data={"idempotency_key": "r" * 32})
    assert refused.status_code == 409
    assert "time is recorded in this session" in refused.text


def test_a_second_clinicians_page_offers_no_change_of_the_firsts_minutes(
    enter: Enter, app: FastAPI, set_clock: SetClock
) -> None:
    database: Database = app.state.database
    nurse = enter(Role.CLINICIAN)
    with database.write() as db:
        scene = yarn_up(db)
        another_clinician(db, scene, nurse.user)  # type: ignore[attr-defined]
        consult = seen_by_the_doctors_own_press(db, scene)
    set_clock(at("10:50"))
    day, correction = f"/sessions/{scene.session.id}/day", f"/consults/{consult.id}/correction"

    page = nurse.get(day)

    assert page.status_code == 200
    assert correction not in page.text
    refused = [
        nurse.get(correction),
        nurse.post(correction, data={"starts": "10:26:00", "ends": "10:30:00", "reason": "Clock"}),
        nurse.post(f"/consults/{consult.id}/withdrawal", data={"why": "Not mine"}),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert "Only they or a manager can change them" in refused[0].text
