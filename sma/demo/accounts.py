"""Three people of a diabetes group who declined to assign: their accounts, and the reports to their doctor."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from billing import Profession, load_rulebook
from sma.appointments import Appointment
from sma.attendance import Doubt, Presence, clinician_in, clinician_out, close_session, mark, tick_note
from sma.claims import (
    Claim,
    ReferrerReport,
    approve,
    choose_payer,
    credit_account,
    issue_account,
    record_payment,
    sign_off,
    write_letter,
)
from sma.claims.judgement import choices
from sma.claims.payers import PaymentWay
from sma.claims.rules import OVER, BillingType, LineKind
from sma.core.clock import local_date
from sma.core.db import Database
from sma.core.settings import Settings
from sma.demo.ground import Ground
from sma.entitlements import ReferralLetter, record_plan, record_referral, record_service
from sma.scheduling import GroupSession
from sma.worker import deliver_due

ASSESSMENTS = "diabetes-group-assessment"  # the group services of a year follow one of these
PAID, OWED, NEXT = "linh", "mei", "ruth"
DOCTOR, DOCTORS_NUMBER = "Dr Ada Field", "2448261H"  # a test number of HL7 Australia (CC0)


def refer(database: Database, ground: Ground, *, now: datetime) -> None:
    """Give them what the group's items ask for: a plan, a referral and an assessment."""
    karen, day = ground.users["karen"], local_date(now - timedelta(days=30), "Australia/Sydney")
    for key in (PAID, OWED, NEXT):
        person = ground.people[key]
        letter = ReferralLetter(
            profession=Profession.DIETITIAN,
            referrer_name=DOCTOR,
            referrer_provider_number=DOCTORS_NUMBER,
            issued_on=day,
        )
        with database.write() as db:
            record_plan(db, person, kind="gpccmp-made", made_on=day, given="elsewhere", place=None, by=karen, now=now)
            record_service(
                db,
                person,
                item_number=load_rulebook().pools[ASSESSMENTS].items[0],
                date_of_service=day,
                given="elsewhere",
                place=None,
                by=karen,
                now=now,
            )
            record_referral(db, person, letter, by=karen, now=now)


def run_group(database: Database, settings: Settings, ground: Ground, session_id: UUID) -> datetime:
    """Hold the hour: all came, the dietitian stayed throughout, and it was closed."""
    leah, marcus = ground.users["leah"], ground.users["marcus"]
    with database.read() as db:
        starts_at = db.get_one(GroupSession, session_id).starts_at
        places = db.exec(select(Appointment.id).where(col(Appointment.group_session_id) == session_id)).all()
    for place in places:
        with database.write() as db:
            mark(db, place, Presence.ARRIVED, by=marcus, now=starts_at - timedelta(minutes=2))
    with database.write() as db:
        stay = clinician_in(db, session_id, ground.workers["leah"], by=marcus, now=starts_at)
    ended = starts_at + timedelta(minutes=62)
    for place in places:
        with database.write() as db:
            tick_note(db, place, by=leah, now=ended)
    with database.write() as db:
        clinician_out(db, stay.id, by=marcus, now=ended)
    with database.write() as db:
        close_session(db, session_id, sure=frozenset(Doubt), by=marcus, now=ended + timedelta(minutes=9))
    deliver_due(database, settings)
    return ended + timedelta(minutes=20)


def send_accounts(database: Database, ground: Ground, session_id: UUID, *, now: datetime) -> None:
    """Record that they declined, and approve. One account is taken back and replaced, one unpaid, one not made yet."""
    leah, karen = ground.users["leah"], ground.users["karen"]
    accounts = {}
    for key in (PAID, OWED, NEXT):
        with database.write() as db:
            line = choose_payer(
                db, _line(database, session_id, ground.people[key]), billing_type=BillingType.PRIVATE, by=karen, now=now
            )
            choice = choices(line.assessment)[0]
            confirmed = [question.key for question in choice.questions]
            approve(db, line.id, item_number=choice.item_number, confirmed=confirmed, by=leah, now=now)
            if key != NEXT:
                accounts[key] = issue_account(db, line.id, charges={line.id: 3500}, by=karen, now=now).id
    with database.write() as db:
        credit_account(db, accounts[PAID], reason="Wrong amount", by=karen, now=now + timedelta(hours=1))
    with database.write() as db:
        line_id = _line(database, session_id, ground.people[PAID])
        again = issue_account(db, line_id, charges={line_id: 2380}, by=karen, now=now + timedelta(hours=2))
        day = local_date(now, again.timezone)
        record_payment(db, again.id, cents=2380, way=PaymentWay.CARD, paid_on=day, by=karen, now=now)
    with database.write() as db:
        report = db.exec(select(ReferrerReport).where(col(ReferrerReport.patient_id) == ground.people[PAID])).one()
        write_letter(
            db,
            report.id,
            referrer=DOCTOR,
            referrer_address=f"Provider number {DOCTORS_NUMBER}",
            assessment="Blood sugar has come down over the group. She weighs her food and reads labels now.",
            treatment="Group service with a dietitian: meals on a budget, eating at family gatherings.",
            management="I suggest a review in three months. She would like to come to the next group.",
            version=report.version,
            by=leah,
            now=now,
        )
        sign_off(db, report.id, by=leah, now=now + timedelta(hours=3))


def _line(database: Database, session_id: UUID, patient_id: UUID) -> UUID:
    with database.read() as db:
        return db.exec(
            select(Claim.id).where(
                col(Claim.group_session_id) == session_id,
                col(Claim.patient_id) == patient_id,
                col(Claim.kind) == LineKind.SERVICE,
                col(Claim.status).not_in(OVER),
            )
        ).one()
