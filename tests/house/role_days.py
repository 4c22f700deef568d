"""Fills the role table's clinic: sessions coming, running, over and closed, with everything that hangs on them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from billing import Profession
from sma.appointments import CancelReason, book, cancel
from sma.appointments.actions.questions import ask_lead
from sma.assignments import AssignmentMethod, Plan, assign_benefit, prepare
from sma.attendance import (
    Doubt,
    Encounter,
    Presence,
    add_consult,
    clinician_in,
    clinician_out,
    close_session,
    mark,
    start_consult,
    stop_consult,
    tick_note,
)
from sma.claims import Claim, approve, make_batches, reassess, request_export
from sma.core.db import ReadSession, WriteSession
from sma.core.outbox import Outbox
from sma.entitlements import ReferralLetter, record_plan, record_referral, record_registration
from sma.identity import CurrentUser, Role
from sma.messages import Communication, CommunicationState
from sma.people import Location, set_coverage
from sma.scheduling import GroupSession, Program, SessionRole, SessionRoleKind
from sma.worker import deliver_due
from tests import factories
from tests.conftest import NOW
from tests.house.role_accounts import owe
from tests.house.role_returns import bring_back
from tests.house.role_scene import Scene, Side

CARDS = (("4951651671", "1"), ("6951826031", "1"), ("2954541041", "1"))  # HL7 Australia's test people (CC0)
STARTS = {
    "coming": timedelta(days=1),
    "later": timedelta(days=8),
    "draft": timedelta(days=15),
    "ready": timedelta(days=22),
    "running": timedelta(minutes=-40),
    "finished": timedelta(hours=-3),
    "closed": timedelta(hours=-6),
}


def live_through(scene: Scene) -> None:
    """Let both sides' sessions happen up to the Monday morning of the suite, then remember the clinic as it is."""
    with scene.database.write() as db:
        factories.make_policy(db)
    for side in scene.sides.values():
        with scene.database.write() as db:
            for name, after in STARTS.items():
                side.ids[name] = _session(db, scene, side, name, NOW + after)
        _fill_coming(scene, side)
        places = _finish(scene, side, "closed")
        with scene.database.write() as db:
            close_session(db, side.ids["closed"], sure=frozenset(Doubt), by=side.doctor, now=NOW - timedelta(hours=4))
        _bill(scene, side, places)
        _finish(scene, side, "finished")
        _run(scene, side)
    for side in scene.sides.values():
        _approve_another(scene, side)
        owe(scene, side)
    with scene.database.write() as db:
        stuck = db.exec(select(Outbox).limit(1)).one()
        stuck.finished_at, stuck.buried_at, stuck.last_error = None, NOW, "unreachable"
        scene.common["effect_id"] = stuck.id
    scene.keep()


def _session(db: WriteSession, scene: Scene, side: Side, name: str, starts_at: datetime) -> UUID:
    session = factories.make_session(
        db,
        location=db.get_one(Location, scene.common["location_id"]),
        program=db.get_one(Program, scene.common["program_id"]),
        starts_at=starts_at,
        held_on=date(2026, 11, 23) + max(timedelta(0), timedelta(days=STARTS[name].days)),
        status="draft" if name in ("draft", "ready") else "open",
        audience="mens" if name == "draft" else "open",
        audience_basis="preference" if name == "draft" else None,
        review_on=NOW.date() + timedelta(days=300) if name == "draft" else None,
        staff=False,
        clinician_minutes=600,
    )
    roles = [(side.clinician_id, SessionRoleKind.CLINICIAN)]
    roles += [(each, SessionRoleKind.FACILITATOR) for each in side.facilitator_ids]
    rows = [SessionRole(group_session_id=session.id, practitioner_id=who, role=role) for who, role in roles]
    db.add_all(rows)
    db.flush()  # the verbs lock what was just made
    if name == "draft":
        side.ids["session_role_id"] = rows[-1].id
    return session.id


def _fill_coming(scene: Scene, side: Side) -> None:
    desk, at = scene.users[Role.FRONT_DESK], NOW - timedelta(hours=1)
    for name in ("booked", "cancelled", "without an address", "waiting"):
        with scene.database.write() as db:
            person = factories.make_patient(db, email=None if name == "without an address" else "a@people.example")
            place = book(db, side.ids["coming"], person.id, by=desk, now=at)
            side.ids[name] = place.id
            if name == "booked":
                side.ids["person booked"] = person.id
                _remember(db, side, person.id, by=desk, now=at)
                question = ask_lead(db, place, by=desk, now=at)
                question.answer, question.answered_at, side.ids["answered question"] = "Ring them", at, question.id
        if name == "cancelled":
            with scene.database.write() as db:
                cancel(db, place.id, reason=CancelReason.PATIENT, by=desk, now=at)
        if name == "waiting":
            with scene.database.write() as db:
                place = db.get_one(type(place), place.id)
                place.status, place.waiting_since = "waitlist", at
                side.ids["question_id"] = ask_lead(db, place, by=desk, now=at).id
    deliver_due(scene.database, scene.settings, now=lambda: at)
    with scene.database.write() as db:
        for row in db.exec(select(Communication)):
            if row.appointment_id == side.ids["booked"]:
                row.state, side.ids["failed message"] = CommunicationState.FAILED, row.id
            if row.appointment_id == side.ids["without an address"]:
                side.ids["call task"] = row.id


def _remember(db: WriteSession, side: Side, person: UUID, *, by: CurrentUser, now: datetime) -> None:
    """Their Medicare history: one entry of each kind."""
    day = date(2026, 3, 3)
    plan = record_plan(db, person, kind="gpccmp-made", made_on=day, given="elsewhere", place=None, by=by, now=now)
    letter = ReferralLetter(
        profession=Profession.DIETITIAN, referrer_name="Dr Nguyen", referrer_provider_number="2447781L", issued_on=day
    )
    referral = record_referral(db, person, letter, by=by, now=now)
    registration = record_registration(db, person, registered="here", from_on=day, by=by, now=now)
    side.ids |= {"service_id": plan.id, "referral_id": referral.id, "registration_id": registration.id}


def _run(scene: Scene, side: Side) -> None:
    """Somebody is with the clinician, somebody's minutes were typed in, and somebody has not been looked for yet."""
    helper, session_id = scene.users[Role.FACILITATOR], side.ids["running"]
    with scene.database.write() as db:
        places = [factories.make_appointment(db, db.get_one(GroupSession, session_id)).id for _ in range(3)]
    for place in places[:2]:
        with scene.database.write() as db:
            mark(db, place, Presence.ARRIVED, by=helper, now=NOW - timedelta(minutes=35))
    with scene.database.write() as db:
        stay = clinician_in(db, session_id, side.clinician_id, by=helper, now=NOW - timedelta(minutes=30))
    with scene.database.write() as db:
        entered = add_consult(
            db,
            places[1],
            side.clinician_id,
            starts_at=NOW - timedelta(minutes=28),
            ends_at=NOW - timedelta(minutes=20),
            reason="Written on paper",
            by=helper,
            now=NOW - timedelta(minutes=15),
        )
    with scene.database.write() as db:
        running = start_consult(db, places[0], side.clinician_id, by=helper, now=NOW - timedelta(minutes=10))
    side.ids |= {
        "in consult": places[0],
        "arrived": places[1],
        "not looked for": places[2],
        "presence_id": stay.id,
        "entered consult": entered.id,
        "running consult": running.id,
    }


def _finish(scene: Scene, side: Side, name: str) -> list[UUID]:
    """Record a whole session: everybody came and was seen."""
    helper, session_id, at = scene.users[Role.FACILITATOR], side.ids[name], NOW + STARTS[name]
    places = []
    for card, irn in CARDS:
        with scene.database.write() as db:
            person = factories.make_patient(db)
            set_coverage(db, person.id, kind="medicare", number=card, irn=irn, expires_on=None, by=helper, now=at)
            places.append(factories.make_appointment(db, db.get_one(GroupSession, session_id), person).id)
    with scene.database.write() as db:
        stay = clinician_in(db, session_id, side.clinician_id, by=helper, now=at)
    for number, place in enumerate(places):
        at += timedelta(minutes=1)
        with scene.database.write() as db:
            mark(db, place, Presence.ARRIVED, by=helper, now=at)
        with scene.database.write() as db:
            consult = start_consult(db, place, side.clinician_id, by=helper, now=at)
        at += timedelta(minutes=8 + number)
        with scene.database.write() as db:
            stop_consult(db, consult.id, by=helper, now=at)
        with scene.database.write() as db:
            tick_note(db, place, by=side.doctor, now=at)
    with scene.database.write() as db:
        clinician_out(db, stay.id, by=helper, now=at)
    return places


def _prepare_agreements(scene: Scene, side: Side, at: datetime) -> None:
    """One agreement to be signed and one to be read out."""
    for name, method in (("unsigned", AssignmentMethod.BEFORE), ("unheard", AssignmentMethod.VERBAL)):
        plan = Plan(
            session_id=side.ids["closed"],
            patient_id=side.ids["unassigned"],
            practitioner_id=side.clinician_id,
            method=method,
            assigned_on=date(2026, 11, 23),
            descriptions=("gp",),
        )
        with scene.database.write() as db:
            made = prepare(db, plan, by=scene.users[Role.FACILITATOR], now=at)
            side.ids[f"{name} assignment"] = made.id


def _bill(scene: Scene, side: Side, places: list[UUID]) -> None:
    """One line exported, one approved, one to be looked at."""
    helper, at = scene.users[Role.FACILITATOR], NOW - timedelta(minutes=5)
    deliver_due(scene.database, scene.settings, now=lambda: at)
    with scene.database.write() as db:
        for place in places[:2]:
            person = db.exec(select(Claim.patient_id).where(col(Claim.encounter_id) == _encounter(db, place))).one()
            assignment = assign_benefit(
                db,
                side.ids["closed"],
                person,
                side.clinician_id,
                method=AssignmentMethod.BEFORE,
                assigned_on=date(2026, 11, 23),
                by=helper,
                now=at,
            )
            side.ids["assignment_id"] = assignment.id
    with scene.database.write() as db:
        reassess(db, side.ids["closed"], by=helper, now=at)
    lines = {}
    with scene.database.read() as db:
        for place in places:
            line = db.exec(
                select(Claim.id, Claim.item_number).where(
                    col(Claim.encounter_id) == _encounter(db, place), col(Claim.status) != "withdrawn"
                )
            ).one()
            lines[place] = line
    with scene.database.read() as db:
        side.ids["unassigned"] = db.get_one(Claim, lines[places[2]][0]).patient_id
    _prepare_agreements(scene, side, at)
    side.ids["unready line"] = lines[places[2]][0]
    side.ids["ready line"], side.ids["exported line"] = lines[places[1]][0], lines[places[0]][0]
    with scene.database.write() as db:
        approve(db, side.ids["exported line"], item_number=lines[places[0]][1] or "", by=side.doctor, now=at)
    with scene.database.write() as db:
        (batch,) = make_batches(db, by=scene.users[Role.BILLING], now=at)
    with scene.database.write() as db:
        billing = replace(scene.users[Role.BILLING], stepped_up_at=NOW)
        export = request_export(db, batch.id, "csv", by=billing, now=NOW)
        side.ids |= {"batch_id": batch.id, "export_id": export.id}
    bring_back(scene, side, batch)
    deliver_due(scene.database, scene.settings, now=lambda: NOW)


def _approve_another(scene: Scene, side: Side) -> None:
    with scene.database.write() as db:
        line = db.get_one(Claim, side.ids["ready line"])
        approve(db, line.id, item_number=line.item_number or "", by=side.doctor, now=NOW)


def _encounter(db: ReadSession, place: UUID) -> UUID:
    return db.exec(select(Encounter.id).where(col(Encounter.appointment_id) == place)).one()
