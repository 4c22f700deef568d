"""Two weeks of sessions around today: past ones run to the end, today's ready to begin, coming ones in every state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from sma.appointments import CancelReason, LeadQuestion, answer_question, book, cancel, cancel_session
from sma.core.clock import local, local_date
from sma.core.db import Database, WriteSession
from sma.core.settings import Settings
from sma.demo.accounts import NEXT, OWED, PAID, refer, run_group, send_accounts
from sma.demo.cast import MEN, WOMEN
from sma.demo.day import close_day, run_day
from sma.demo.ground import PLACES, Ground
from sma.demo.money import approve_and_export, assign_benefits, prepare_agreements
from sma.demo.returned import bring_back
from sma.scheduling import GroupSession, SessionPlan, SessionRoleKind, make_session, publish_session
from sma.worker import deliver_due

CLINICIAN, FACILITATOR = SessionRoleKind.CLINICIAN, SessionRoleKind.FACILITATOR
DRUMMERS = tuple(person.key for person in MEN[:10])
SISTERS = tuple(person.key for person in WOMEN)
# What was answered when the page warned; kept with the place.
REASONS = {
    "minutes": "Some will be short visits; the doctor knows.",
    "suit": "Asked by phone: this group is fine.",
}


@dataclass(frozen=True)
class Booked:
    """One session of the fortnight: when (days from today), what, where, and who is booked."""

    days: int
    program: str
    starts: time
    people: Sequence[str] = ()
    place: str = "clinic"
    clinician: str = "okafor"
    facilitator: str = "marcus"
    published: bool = True
    minutes: int = 90


def plan_weeks(database: Database, settings: Settings, ground: Ground, *, now: datetime) -> None:
    """Make the fortnight, each step in its own transaction, as the clinic would have done it."""
    today = local_date(now, "Australia/Sydney")
    refer(database, ground, now=now - timedelta(days=8))
    group = _make(
        database, ground, Booked(-8, "diet", time(14), (PAID, OWED, NEXT), clinician="leah", minutes=60), today
    )
    send_accounts(database, ground, group, now=run_group(database, settings, ground, group))
    exported = _make(database, ground, Booked(-7, "mens", time(10), DRUMMERS), today)
    ended = run_day(database, ground, exported, absent=("joe",), short=("eli",), unseen=("ivo",))
    assign_benefits(database, ground, exported, now=ended)
    close_day(database, ground, exported, now=ended)
    # Days are run in their order: a clinician's clock never goes back behind an earlier consult.
    unfinished = _make(database, ground, Booked(-2, "heart", time(9, 30), ("alan", "sandra", "ruth", "bea")), today)
    run_day(database, ground, unfinished, absent=(), short=(), unseen=())
    waiting = _make(database, ground, Booked(-1, "mens", time(14), DRUMMERS[:9]), today)
    ended = run_day(database, ground, waiting, absent=("hal",), short=(), unseen=("des",))
    assign_benefits(database, ground, waiting, now=ended, but_not=("gus",))
    close_day(database, ground, waiting, now=ended)
    deliver_due(database, settings)
    approve_and_export(database, settings, ground, exported, now=now - timedelta(days=5))
    bring_back(database, ground, now=now - timedelta(days=4))

    soon = soon_after(local(now, "Australia/Sydney"))
    next_up = _make(database, ground, Booked(0, "mens", soon, DRUMMERS), today)
    prepare_agreements(database, ground, next_up, now=now)
    if soon < time(19):
        later = time(soon.hour + 3, soon.minute)
        diabetes = Booked(0, "diet", later, ("alan", "linh", "mei"), clinician="leah", minutes=60)
        _make(database, ground, diabetes, today)
    _make(database, ground, Booked(1, "womens", time(10), SISTERS, clinician="raman", facilitator="dot"), today)
    full = _make(database, ground, Booked(3, "heart", time(10), (), clinician="raman", facilitator="dot"), today)
    _fill(database, ground, full, now=now)
    _make(database, ground, Booked(4, "mens", time(10), DRUMMERS[:5], place="shed"), today)
    off = _make(database, ground, Booked(5, "heart", time(14), ("alan", "sandra", "ruth"), clinician="raman"), today)
    with database.write() as db:
        cancel_session(db, off, by=ground.users["karen"], now=now)
    _make(database, ground, Booked(6, "womens", time(10), (), clinician="raman", published=False), today)
    _make(database, ground, Booked(7, "mens", time(10), ("kye", "gawa")), today)


def soon_after(clock: datetime) -> time:
    """When today's session begins: at ten, or soon enough after now that somebody trying the program can run it."""
    quarters = min(max(clock.hour * 4 + clock.minute // 15 + 2, 10 * 4), 22 * 4)
    return time(quarters // 4, quarters % 4 * 15)


def _make(database: Database, ground: Ground, wanted: Booked, today: date) -> UUID:
    """Plan a session, publish it, and book its people, all some days before it is held."""
    held_on = today + timedelta(days=wanted.days)
    zone = ZoneInfo(PLACES[wanted.place].timezone or "")
    starts_at = datetime.combine(held_on, wanted.starts, zone)
    made_at = starts_at - timedelta(days=10)
    karen = ground.users["karen"]
    plan = SessionPlan(
        program_id=ground.programs[wanted.program],
        location_id=ground.places[wanted.place],
        room_id=ground.rooms[wanted.place],
        on=held_on,
        starts=wanted.starts,
        ends=(datetime.combine(held_on, wanted.starts) + timedelta(minutes=wanted.minutes)).time(),
        setting=ground.plans[wanted.program],
    )
    roles = [(ground.workers[wanted.clinician], CLINICIAN), (ground.workers[wanted.facilitator], FACILITATOR)]
    with database.write() as db:
        session = make_session(db, plan, roles, by=karen, now=made_at)
        if wanted.published:
            publish_session(db, session.id, by=karen, now=made_at)
    for number, key in enumerate(wanted.people):
        with database.write() as db:
            _book(db, ground, session, key, now=made_at + timedelta(hours=1 + number))
    return session.id


def _book(db: WriteSession, ground: Ground, session: GroupSession, key: str, *, now: datetime) -> UUID:
    return book(db, session.id, ground.people[key], passed=REASONS, by=ground.users["marcus"], now=now).id


def _fill(database: Database, ground: Ground, session_id: UUID, *, now: datetime) -> None:
    """Fill every place, let three people wait, put two of them before the cultural lead, and let one cancel."""
    marcus = ground.users["marcus"]
    first = None
    for number, key in enumerate((*DRUMMERS[:8], "sandra", "linh", "mei", "ruth", "bea", "gawa", "ivo")):
        with database.write() as db:
            place = book(
                db,
                session_id,
                ground.people[key],
                passed=REASONS,
                waiting_ok=number >= 12,
                ask_lead=number in (12, 13),
                by=marcus,
                now=now - timedelta(days=2) + timedelta(minutes=number),
            )
            first = first or place.id
    if first is not None:
        with database.write() as db:
            cancel(db, first, reason=CancelReason.PATIENT, by=marcus, now=now - timedelta(hours=3))
    with database.write() as db:
        asked = db.exec(select(LeadQuestion.id).order_by(col(LeadQuestion.asked_at))).first()
        if asked is not None:
            said = "Ring her first; her sister can come along on Thursday."
            answer_question(db, asked, said, by=ground.users["aunty.dot"], now=now - timedelta(hours=2))
