"""One whole day of twelve people through the verbs of the clinic: booked, waiting, moved, seen, closed, claimed."""

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from sma.appointments import Appointment, CancelReason, LeadQuestion, answer_question, book, cancel, give_place, move
from sma.assignments import AssignmentMethod, assign_benefit
from sma.attendance import (
    Doubt,
    Presence,
    clinician_in,
    clinician_out,
    close_session,
    correct_consult,
    correct_presence,
    mark,
    start_consult,
    stop_consult,
    tick_note,
    withdraw_consult,
)
from sma.claims import (
    Claim,
    ClaimStatus,
    approve,
    make_batches,
    mark_not_billed,
    reassess,
    request_export,
)
from sma.core.outbox import Outbox
from sma.identity import CurrentUser, Role
from sma.identity.models import LoginSession
from sma.people import (
    PatientAnswers,
    RelatedPerson,
    record_agreement,
    record_comfort,
    register_patient,
    set_coverage,
)
from sma.people.rules import Gender, Origin
from sma.worker import create_worker
from sma.worker.wake import look
from tests import factories
from tests.conftest import NOW
from tests.leaks.tokens import Guest, make_guests, of_the_session
from tests.races.browser import Browser
from tests.races.served import Clinic

PLACES = 9
ATTEND = (0, 1, 2, 3, 4, 5)
ABSENT, CANCELLED, MOVED, GIVEN, WAITING, ELSEWHERE = 6, 7, 8, 9, 10, 11
SEEN, NOT_BILLED, EXPORTED, TAKEN_BACK = (0, 1, 2, 3, 4), 4, (0, 1, 2), 5
TOPIC, AUDIENCE, NOTE = (token.spellings[0] for token in of_the_session())
START = NOW + timedelta(hours=1)


@dataclass
class Day:
    """What was lived through, with the ids by which to ask for it."""

    clinic: Clinic
    guests: list[Guest] = field(default_factory=make_guests)
    users: dict[str, CurrentUser] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    patients: list[UUID] = field(default_factory=list)
    places: dict[int, UUID] = field(default_factory=dict)
    lines: dict[int, UUID] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    exports: list[UUID] = field(default_factory=list)

    def at(self, now: datetime) -> datetime:
        """Move the clock of the served clinic, in one step."""
        face = self.clinic.folder / "clock"
        fresh = face.with_suffix(".fresh")
        fresh.write_text(now.isoformat())
        fresh.replace(face)
        return now

    def wake_and_wait(self) -> None:
        """Wake the real worker through the broker and wait until nothing is owed."""
        look(create_worker(self.clinic.settings))
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            with self.clinic.database.read() as db:
                owed = db.exec(select(Outbox.kind).where(col(Outbox.finished_at).is_(None))).all()
            if not owed:
                return
            time.sleep(0.1)
        raise AssertionError(f"the worker still owes {owed}")


def live(clinic: Clinic) -> Day:
    """Live through the day; afterwards everything that can be printed, sent or exported has been."""
    day = Day(clinic)
    _staff(day)
    _sessions(day)
    _guests(day)
    _book(day)
    day.wake_and_wait()
    _attend(day)
    return day


def close_and_bill(day: Day) -> None:
    """Close the session, let lines be proposed, decide about them and have both files written."""
    desk, doctor = day.users[Role.FACILITATOR], day.users[Role.CLINICIAN]
    billing = replace(day.users[Role.BILLING], stepped_up_at=START + timedelta(hours=2))
    database, session_id, now = day.clinic.database, day.ids["session"], day.at(START + timedelta(hours=2))
    with database.write() as db:
        close_session(db, session_id, sure=frozenset(Doubt), by=desk, now=now)
    day.wake_and_wait()
    for number in SEEN:
        with database.write() as db:
            assign_benefit(
                db,
                session_id,
                day.patients[number],
                day.ids["clinician"],
                method=AssignmentMethod.BEFORE,
                assigned_on=date(2026, 11, 23),
                by=desk,
                now=now,
            )
    with database.write() as db:
        reassess(db, session_id, by=desk, now=now)
    with database.read() as db:
        standing = db.exec(select(Claim).where(col(Claim.status) != ClaimStatus.WITHDRAWN)).all()
        items = {claim.id: claim.item_number for claim in standing}
        day.lines = {day.patients.index(claim.patient_id): claim.id for claim in standing}
    for number in EXPORTED:
        with database.write() as db:
            approve(db, day.lines[number], item_number=items[day.lines[number]] or "", by=doctor, now=now)
    with database.write() as db:
        reason = day.guests[NOT_BILLED].words["reason_not_billed"]
        mark_not_billed(db, day.lines[NOT_BILLED], reason=reason, by=doctor, now=now)
    with database.write() as db:
        (batch,) = make_batches(db, by=billing, now=now)
        day.ids["batch"] = batch.id
    for form in ("csv", "xlsx"):
        with database.write() as db:
            day.exports.append(request_export(db, batch.id, form, by=billing, now=now).id)
    day.wake_and_wait()


def _staff(day: Day) -> None:
    with day.clinic.database.write() as db:
        for name in (*Role, "another clinician"):
            role = Role.CLINICIAN if name == "another clinician" else Role(name)
            user, token = factories.make_login(db, role, username=f"the-{role}-{len(day.users)}")
            day.users[name], day.browsers[name] = user, Browser(day.clinic.ports[0], token)
        for row in db.exec(select(LoginSession)):
            row.created_at = row.last_seen_at = NOW
            row.stepped_up_at = START + timedelta(hours=2)
            row.expires_at = NOW + timedelta(hours=12)


def _sessions(day: Day) -> None:
    with day.clinic.database.write() as db:
        factories.make_policy(db)
        location = factories.make_location(db, name="Saltwater clinic")
        program = factories.make_program(db, name=TOPIC, audience="named", audience_name=AUDIENCE, audience_note=NOTE)
        clinician = factories.make_practitioner(db, location, user_id=day.users[Role.CLINICIAN].id)
        helper = factories.make_practitioner(db, user_id=day.users[Role.FACILITATOR].id)
        setting = {
            "program": program,
            "location": location,
            "audience": "named",
            "audience_name": AUDIENCE,
            "audience_basis": "preference",
            "audience_note": NOTE,
            "approved_by_id": day.users[Role.CULTURAL_LEAD].id,
            "approved_at": NOW,
            "review_on": date(2027, 6, 30),
            "most": PLACES,
            "clinician_minutes": 30,
            "clinician": clinician,
            "facilitator": helper,
        }
        first = factories.make_session(db, starts_at=START, held_on=date(2026, 11, 23), **setting)
        second = factories.make_session(db, starts_at=START + timedelta(days=7), held_on=date(2026, 11, 30), **setting)
        day.ids |= {
            "session": first.id,
            "elsewhere": second.id,
            "clinician": clinician.id,
            "program": program.id,
            "location": location.id,
        }


def _guests(day: Day) -> None:
    desk = day.users[Role.FRONT_DESK]
    for guest in day.guests:
        words = guest.words
        answers = PatientAnswers(
            preferred_name=words["preferred_name"],
            given_names=words["given_names"],
            family_name=words["family_name"],
            born_on=guest.born_on,
            pronouns=words["pronouns"],
            email=guest.email,
            phone=guest.phone,
            contact_note=words["contact_note"],
            gender=Gender.DIFFERENT_TERM,
            gender_term=words["gender_term"],
            origin=frozenset({Origin.ABORIGINAL}),
        )
        with day.clinic.database.write() as db:
            patient = register_patient(db, answers, by=desk, now=NOW)
            db.flush()  # the verbs below lock the row they change
            groups = ["open", f"named:{AUDIENCE}", f"named:{words['named_group']}"]
            record_comfort(db, patient.id, groups, source="self", by=desk, now=NOW)
            record_agreement(db, patient.id, method="signed", given_on=date(2026, 11, 20), by=desk, now=NOW)
            number, irn = guest.card
            set_coverage(db, patient.id, kind="medicare", number=number, irn=irn, expires_on=None, by=desk, now=NOW)
            relative = RelatedPerson(
                patient_id=patient.id, name=words["relative"], phone=words["relative_phone"], relationship="daughter"
            )
            db.add(relative)
            day.patients.append(patient.id)


def _book(day: Day) -> None:
    helper, database = day.users[Role.FACILITATOR], day.clinic.database
    for guest in day.guests:
        session_id = day.ids["elsewhere" if guest.number == ELSEWHERE else "session"]
        reasons = {"minutes": guest.words["reason_minutes"]}
        with database.write() as db:
            place = book(
                db,
                session_id,
                day.patients[guest.number],
                passed=reasons,
                waiting_ok=True,
                ask_lead=guest.number == WAITING,
                by=helper,
                now=NOW,
            )
            day.places[guest.number] = place.id
    with database.write() as db:
        day.ids["question"] = db.exec(select(LeadQuestion.id)).one()
        words = day.guests[WAITING].words["answer_of_lead"]
        answer_question(db, day.ids["question"], words, by=day.users[Role.CULTURAL_LEAD], now=NOW)
    day.wake_and_wait()
    later = day.at(NOW + timedelta(minutes=5))
    with database.write() as db:
        cancel(db, day.places[CANCELLED], reason=CancelReason.PATIENT, by=helper, now=later)
    with database.write() as db:
        day.places[MOVED] = move(db, day.places[MOVED], day.ids["elsewhere"], by=helper, now=later).id
    with database.write() as db:
        reasons = dict.fromkeys(("minutes", "waiting"), day.guests[GIVEN].words["reason_minutes"])
        give_place(db, day.places[GIVEN], passed=reasons, by=helper, now=later)
    with database.read() as db:
        statuses = {each.id: each.status for each in db.exec(select(Appointment))}
    assert [statuses[day.places[number]] for number in (WAITING, GIVEN, CANCELLED)] == [
        "waitlist",
        "booked",
        "cancelled",
    ]


def _attend(day: Day) -> None:
    helper, doctor, database = day.users[Role.FACILITATOR], day.users[Role.CLINICIAN], day.clinic.database
    now = day.at(START)
    for number in (*ATTEND, GIVEN):
        with database.write() as db:
            mark(db, day.places[number], Presence.ARRIVED, by=helper, now=now)
    with database.write() as db:
        reason = day.guests[ABSENT].words["reason_mark"]
        mark(db, day.places[ABSENT], Presence.ABSENT, at=now, reason=reason, by=helper, now=now)
    with database.write() as db:
        stay = clinician_in(db, day.ids["session"], day.ids["clinician"], by=helper, now=now)
    for number in (*SEEN, TAKEN_BACK):
        begun = now + timedelta(minutes=1)
        now = begun + timedelta(minutes=8)
        with database.write() as db:
            consult = start_consult(db, day.places[number], day.ids["clinician"], by=helper, now=begun)
        with database.write() as db:
            stop_consult(db, consult.id, by=helper, now=now)
        words = day.guests[number].words
        with database.write() as db:
            if number == TAKEN_BACK:
                withdraw_consult(db, consult.id, reason=words["reason_withdrawn"], by=helper, now=now)
            else:
                shorter, why = now - timedelta(minutes=1), words["reason_consult"]
                correct_consult(db, consult.id, starts_at=begun, ends_at=shorter, reason=why, by=doctor, now=now)
        with database.write() as db:
            tick_note(db, day.places[number], by=doctor, now=now)
    with database.write() as db:
        clinician_out(db, stay.id, by=helper, now=now)
    with database.write() as db:
        begun, why = stay.starts_at, day.guests[0].words["reason_stay"]
        stay = correct_presence(db, stay.id, starts_at=begun, ends_at=now, reason=why, by=helper, now=now)
        day.ids["stay"] = stay.id
    day.at(now)
