"""The verbs of planning, against a database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.core.db import Database, WriteSession
from sma.core.errors import Forbidden, NotFound, StaleVersion
from sma.core.outbox import Outbox
from sma.identity import Role
from sma.people.rules import Audience
from sma.scheduling import (
    GroupSession,
    SessionPlan,
    SessionRoleKind,
    SettingPlan,
    approve_program_audience,
    approve_session_audience,
    assign_role,
    is_assigned,
    make_session,
    mark_cancelled,
    mark_closed,
    may_see_settings,
    publish_session,
    remove_role,
    session_view,
    staff_of,
    update_session,
)
from sma.scheduling.rules import AudienceBasis, NotApprovable, NotPlannable, NotReady, SessionLocked
from tests import factories

NOW = factories.NOW
REVIEW = date(2027, 6, 30)
MENS = SettingPlan(audience=Audience.MENS, audience_basis=AudienceBasis.PREFERENCE, review_on=REVIEW)
RECORD = {"audience": "mens", "audience_basis": "participants-preference", "review_on": REVIEW}


class Clinic:
    def __init__(self, db: WriteSession, **program: Any) -> None:
        self.db = db
        self.place = factories.make_location(db)
        self.program = factories.make_program(db, **program)
        self.clinician = factories.make_practitioner(db, self.place)
        self.facilitator = factories.make_practitioner(db, given_names="Marcus", family_name="Webb")
        self.manager = factories.make_user(db, Role.MANAGER)
        self.lead = factories.make_user(db, Role.CULTURAL_LEAD)

    def plan(self, **changes: Any) -> SessionPlan:
        base: dict[str, Any] = {
            "program_id": self.program.id,
            "location_id": self.place.id,
            "on": date(2026, 12, 1),
            "starts": time(10),
            "ends": time(11, 30),
        }
        return SessionPlan(**base | changes)

    def make(self, **changes: Any) -> GroupSession:
        staff = changes.pop(
            "staff",
            [(self.clinician.id, SessionRoleKind.CLINICIAN), (self.facilitator.id, SessionRoleKind.FACILITATOR)],
        )
        return make_session(self.db, self.plan(**changes), staff, by=self.manager, now=NOW)

    def owed(self) -> list[tuple[str, str]]:
        return [(row.kind, row.effect_key) for row in self.db.exec(select(Outbox))]

    def history(self, row: Any) -> list[str]:
        return list(self.db.exec(select(AuditEvent.did).where(col(AuditEvent.on_id) == row.id)))


def test_a_session_keeps_its_programs_approval_only_with_the_same_record(db: WriteSession) -> None:
    clinic = Clinic(db, **RECORD)
    approve_program_audience(db, clinic.program.id, by=clinic.lead, now=NOW)

    same = clinic.make(setting=MENS)
    other = clinic.make(on=date(2026, 12, 8), setting=SettingPlan(audience=Audience.WOMENS, review_on=REVIEW))

    assert same.approved_by_id == clinic.lead.id
    assert other.approved_by_id is None


def test_changing_what_was_approved_takes_the_approval_away(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make(setting=MENS)
    approve_session_audience(db, session.id, by=clinic.lead, now=NOW)

    update_session(db, session.id, clinic.plan(setting=MENS, support_places=1), 2, by=clinic.manager, now=NOW)
    assert session.approved_by_id == clinic.lead.id
    wider = SettingPlan(audience=Audience.MENS, audience_basis=AudienceBasis.TOPIC, review_on=REVIEW)
    update_session(db, session.id, clinic.plan(setting=wider), 3, by=clinic.manager, now=NOW)

    assert session.approved_by_id is None
    with pytest.raises(NotReady):
        publish_session(db, session.id, by=clinic.manager, now=NOW)


def test_a_published_session_cannot_be_turned_into_one_for_another_audience(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    publish_session(db, session.id, by=clinic.manager, now=NOW)

    with pytest.raises(NotPlannable) as refusal:
        update_session(db, session.id, clinic.plan(setting=MENS), session.version, by=clinic.manager, now=NOW)

    assert set(refusal.value.fields) == {"audience"}


def test_a_session_that_has_begun_keeps_its_start_and_place_and_may_end_later(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    publish_session(db, session.id, by=clinic.manager, now=NOW)
    begun = session.starts_at + timedelta(minutes=5)

    later = clinic.plan(on=date(2026, 12, 8))
    with pytest.raises(NotPlannable) as refusal:
        update_session(db, session.id, later, session.version, by=clinic.manager, now=begun)
    changed = update_session(db, session.id, clinic.plan(ends=time(13)), session.version, by=clinic.manager, now=begun)

    assert set(refusal.value.fields) == {"on"}
    assert changed.ends_at - changed.starts_at > timedelta(hours=2)


def test_only_a_cultural_lead_approves_whichever_door_is_taken(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make(setting=MENS)
    with pytest.raises(Forbidden):
        approve_session_audience(db, session.id, by=clinic.manager, now=NOW)


def test_an_incomplete_record_cannot_be_approved_and_a_changed_one_must_be_read_again(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make(setting=SettingPlan(audience=Audience.MENS))
    with pytest.raises(NotApprovable):
        approve_session_audience(db, session.id, by=clinic.lead, now=NOW)
    with pytest.raises(StaleVersion):
        approve_session_audience(db, session.id, by=clinic.lead, now=NOW, version=7)


def test_moving_an_open_session_owes_its_people_one_message_and_a_draft_owes_none(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    update_session(db, session.id, clinic.plan(starts=time(9)), 1, by=clinic.manager, now=NOW)
    assert clinic.owed() == []
    publish_session(db, session.id, by=clinic.manager, now=NOW)

    update_session(db, session.id, clinic.plan(starts=time(9), support_places=2), 3, by=clinic.manager, now=NOW)
    assert clinic.owed() == []
    update_session(db, session.id, clinic.plan(starts=time(9, 30)), 4, by=clinic.manager, now=NOW)

    assert clinic.owed() == [("session.changed", "5")]
    assert clinic.history(session) == [
        "make-session",
        "update-session",
        "publish-session",
        "update-session",
        "update-session",
    ]


def test_a_stale_edit_is_refused(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    with pytest.raises(StaleVersion):
        update_session(db, session.id, clinic.plan(), 99, by=clinic.manager, now=NOW)


def test_moving_a_session_onto_another_of_its_clinician_is_refused(db: WriteSession) -> None:
    clinic = Clinic(db)
    clinic.make()
    later = clinic.make(starts=time(13), ends=time(14))
    with pytest.raises(NotPlannable) as refusal:
        update_session(db, later.id, clinic.plan(starts=time(11), ends=time(12)), 1, by=clinic.manager, now=NOW)
    assert set(refusal.value.fields) == {"starts"}


def test_a_clinician_is_never_put_on_two_sessions_at_once_but_is_free_when_one_is_cancelled(db: WriteSession) -> None:
    clinic = Clinic(db)
    first = clinic.make()
    second = clinic.make(starts=time(11), ends=time(12), staff=[])
    put = (second.id, clinic.clinician.id, SessionRoleKind.CLINICIAN)
    with pytest.raises(NotPlannable) as refusal:
        assign_role(db, *put, by=clinic.manager, now=NOW)
    assert first.code in refusal.value.fields["practitioner_id"]

    mark_cancelled(db, first, by=clinic.manager, now=NOW)
    assert assign_role(db, *put, by=clinic.manager, now=NOW).practitioner_id == clinic.clinician.id


def test_the_same_role_twice_is_one_role_and_can_be_taken_off(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    again = assign_role(db, session.id, clinic.clinician.id, SessionRoleKind.CLINICIAN, by=clinic.manager, now=NOW)
    assert [row.role for row in staff_of(db, session.id)] == ["clinician", "facilitator"]

    remove_role(db, again.id, by=clinic.manager, now=NOW)
    assert [row.role for row in staff_of(db, session.id)] == ["facilitator"]
    with pytest.raises(NotFound):
        remove_role(db, again.id, by=clinic.manager, now=NOW)


def test_a_closed_session_keeps_its_staff_and_plan(db: WriteSession) -> None:
    clinic = Clinic(db)
    session = clinic.make()
    with pytest.raises(SessionLocked):
        mark_closed(db, session, by=clinic.manager, now=NOW)
    publish_session(db, session.id, by=clinic.manager, now=NOW)
    mark_closed(db, session, by=clinic.manager, now=NOW)

    (first, *_) = staff_of(db, session.id)
    assert session.closed_by_id == clinic.manager.id
    with pytest.raises(SessionLocked):
        remove_role(db, first.session_role_id, by=clinic.manager, now=NOW)
    with pytest.raises(SessionLocked):
        update_session(db, session.id, clinic.plan(), session.version, by=clinic.manager, now=NOW)
    with pytest.raises(SessionLocked):
        mark_cancelled(db, session, by=clinic.manager, now=NOW)


def test_the_provider_number_shown_is_the_one_that_holds_at_the_sessions_place(db: WriteSession) -> None:
    clinic = Clinic(db)
    elsewhere = factories.make_location(db, name="Elsewhere")
    session = clinic.make(location_id=elsewhere.id)
    assert [row.provider_number for row in staff_of(db, session.id)] == [None, None]
    assert [row.provider_number for row in staff_of(db, clinic.make(on=date(2026, 12, 2)).id)] == ["2448261H", None]


def test_who_works_on_a_session_may_see_its_setting(db: WriteSession) -> None:
    clinic = Clinic(db)
    marcus, desk = factories.make_user(db, Role.FACILITATOR), factories.make_user(db, Role.FRONT_DESK)
    clinic.facilitator.user_id = marcus.id
    session = clinic.make()

    assert is_assigned(db, session.id, marcus.id)
    assert may_see_settings(db, session.id, marcus)
    assert not may_see_settings(db, session.id, desk)
    assert may_see_settings(db, session.id, clinic.manager)
    assert session_view(db, session.id).ceiling == 12


def test_two_planners_at_once_get_the_clinician_once(database: Database) -> None:
    """Both plans name the clinician for the same hour; the second waits for the first and is then refused."""
    import threading

    with database.write() as db:
        clinic = Clinic(db)
        plans = [clinic.plan(), clinic.plan(starts=time(11), ends=time(12))]
        staff, by = [(clinic.clinician.id, SessionRoleKind.CLINICIAN)], clinic.manager
    outcomes: list[str] = []

    def press(plan: SessionPlan) -> None:
        try:
            with database.write() as db:
                make_session(db, plan, staff, by=by, now=NOW)
            outcomes.append("made")
        except NotPlannable:
            outcomes.append("refused")

    threads = [threading.Thread(target=press, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "refused"]


def test_a_session_is_not_planned_in_the_past(db: WriteSession) -> None:
    clinic = Clinic(db)
    with pytest.raises(NotPlannable):
        make_session(db, clinic.plan(), by=clinic.manager, now=datetime(2026, 12, 2, tzinfo=UTC))


def test_no_session_is_planned_from_a_program_that_is_not_in_use(db: WriteSession) -> None:
    clinic = Clinic(db, is_active=False)
    with pytest.raises(NotPlannable):
        clinic.make()
