"""The demonstration clinic's staff, places, people and programs."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from billing import Profession, load_rulebook
from sma.claims import record_policy
from sma.core.db import WriteSession
from sma.demo.cast import DIED, EVERYBODY, LOGINS, PASSWORD, WORKERS, Person
from sma.entitlements import ReferralLetter, record_plan, record_referral, record_registration, record_service
from sma.entitlements.rules import ReferralPeriod
from sma.identity import CurrentUser, as_current, create_user
from sma.people import (
    LocationAnswers,
    PatientAnswers,
    PractitionerAnswers,
    ToldBy,
    add_room,
    link_user,
    make_location,
    make_practitioner,
    mark_deceased,
    record_agreement,
    record_comfort,
    register_patient,
    set_coverage,
    set_provider_number,
)
from sma.people.rules import Audience, DobAccuracy
from sma.scheduling import ProgramPlan, SettingPlan, approve_program_audience, make_program
from sma.scheduling.rules import AudienceBasis


@dataclass
class Ground:
    """What later steps refer to, by the keys of the cast."""

    users: dict[str, CurrentUser] = field(default_factory=dict)
    places: dict[str, UUID] = field(default_factory=dict)
    rooms: dict[str, UUID] = field(default_factory=dict)
    workers: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    programs: dict[str, UUID] = field(default_factory=dict)
    plans: dict[str, SettingPlan] = field(default_factory=dict)


PLACES = {
    "clinic": LocationAnswers(
        name="Saltwater AHS clinic",
        neutral_name="Saltwater clinic",
        address="1 Wharf Street",
        suburb="Saltwater",
        state="NSW",
        postcode="2480",
        phone="(02) 5550 1000",
        timezone="Australia/Sydney",
        is_consulting_rooms=True,
        modified_monash=4,
    ),
    "shed": LocationAnswers(
        name="Saltwater men's shed",
        neutral_name="Saltwater at Ferry Road",
        address="22 Ferry Road",
        suburb="Coolamon Heads",
        state="QLD",
        postcode="4225",
        phone="(07) 5550 2000",
        timezone="Australia/Brisbane",
        is_consulting_rooms=False,
        modified_monash=4,
    ),
}


def lay(db: WriteSession, *, now: datetime) -> Ground:
    """Make everything that has no date."""
    ground = Ground()
    for login in LOGINS:
        user = create_user(
            db,
            login.username,
            display_name=login.name,
            password=PASSWORD,
            roles=login.roles,
            by=None,
            now=now,
            choose_own=False,
        )
        ground.users[login.username] = as_current(user, login.roles)
    karen = ground.users["karen"]
    for key, answers in PLACES.items():
        ground.places[key] = make_location(db, answers, by=karen, now=now).id
        db.flush()  # the room's lock reads the place back
        ground.rooms[key] = add_room(
            db,
            ground.places[key],
            name="Yarning room" if key == "clinic" else "Long table",
            seats=20,
            by=karen,
            now=now,
        ).id
    _workers(db, ground, now=now)
    for person in EVERYBODY:
        ground.people[person.key] = _register(db, ground, person, now=now)
    mark_deceased(
        db, ground.people[DIED.key], told_by=ToldBy.FAMILY, died_on=None, by=ground.users["aunty.dot"], now=now
    )
    _programs(db, ground, now=now)
    _history(db, ground, now=now)
    record_policy(
        db,
        individual_items="yes",
        from_on=(now - timedelta(days=150)).date(),
        note="Invented for this demonstration: written advice of Harbour Health Law, kept in the board papers",
        by=ground.users["karen"],
        now=now,
    )
    return ground


def _workers(db: WriteSession, ground: Ground, *, now: datetime) -> None:
    karen = ground.users["karen"]
    for worker in WORKERS:
        made = make_practitioner(
            db,
            PractitionerAnswers(
                given_names=worker.given, family_name=worker.family, prefix=worker.prefix, profession=worker.profession
            ),
            by=karen,
            now=now,
        )
        db.flush()  # the verbs below lock the row they change
        if worker.username is not None:
            link_user(db, made.id, ground.users[worker.username].id, by=karen, now=now)
        for place, number in worker.numbers:
            set_provider_number(db, made.id, ground.places[place], number, by=karen, now=now)
        ground.workers[worker.key] = made.id


def _register(db: WriteSession, ground: Ground, person: Person, *, now: datetime) -> UUID:
    tahlia, marcus = ground.users["tahlia"], ground.users["marcus"]
    patient = register_patient(
        db,
        PatientAnswers(
            preferred_name=person.preferred,
            given_names=person.preferred,
            family_name=person.family,
            born_on=person.born_on,
            dob_accuracy=DobAccuracy.ESTIMATED if person.estimated else DobAccuracy.EXACT,
            email=f"{person.key}@people.example" if person.email else None,
            phone="0491 570 156",
            pronouns=person.pronouns,
            language=person.language,
        ),
        by=tahlia,
        now=now,
    )
    db.flush()  # the verbs below lock the row they change
    if person.groups is not None:
        record_comfort(db, patient.id, list(person.groups), source="self", by=marcus, now=now)
    if person.card is not None:
        number, irn = person.card
        set_coverage(
            db,
            patient.id,
            kind="medicare",
            number=number,
            irn=irn,
            expires_on=date(now.year + 3, 6, 30),
            by=tahlia,
            now=now,
        )
    if person.agreed:
        record_agreement(db, patient.id, method="signed", given_on=(now - timedelta(days=1)).date(), by=marcus, now=now)
    return patient.id


def _history(db: WriteSession, ground: Ground, *, now: datetime) -> None:
    """What was entered of one person's earlier care, each kind once."""
    db.flush()  # the verbs lock the row
    person, tahlia, today = ground.people[EVERYBODY[0].key], ground.users["tahlia"], now.date()
    elsewhere: dict[str, Any] = {"given": "elsewhere", "place": "Northmead Family Practice", "by": tahlia, "now": now}
    record_plan(db, person, kind="gpccmp-made", made_on=today - timedelta(days=120), **elsewhere)
    check = load_rulebook().pools["health-check"].items[0]
    record_service(db, person, item_number=check, date_of_service=today - timedelta(days=200), **elsewhere)
    record_registration(db, person, registered="here", from_on=today - timedelta(days=300), by=tahlia, now=now)
    letter = ReferralLetter(
        profession=Profession.DIETITIAN,
        referrer_name="Dr Ada Nguyen",
        referrer_provider_number="2447781L",
        issued_on=today - timedelta(days=110),
        period=ReferralPeriod.MONTHS,
        months=5,
        services=5,
    )
    record_referral(db, person, letter, by=tahlia, now=now)


def _programs(db: WriteSession, ground: Ground, *, now: datetime) -> None:
    karen, dot = ground.users["karen"], ground.users["aunty.dot"]
    review = (now + timedelta(days=365)).date()
    kinds = {
        "mens": ("Men's yarn up", Audience.MENS, AudienceBasis.PREFERENCE, ("gp-attendance",)),
        "womens": ("Women's sugar yarn", Audience.WOMENS, AudienceBasis.PREFERENCE, ("gp-attendance",)),
        "heart": ("Heart health together", Audience.OPEN, None, ("gp-attendance",)),
        "diet": ("Type 2 diabetes group", Audience.OPEN, None, ("group-allied-health",)),
    }
    for key, (name, audience, basis, families) in kinds.items():
        plan = SettingPlan(
            audience=audience,
            audience_basis=basis,
            review_on=review if basis else None,
            least=2 if key == "diet" else 4,
            target=10,
            most=12,
            clinician_minutes=60,
        )
        label = "Shared appointment" if basis else "Morning appointment" if key == "heart" else "Afternoon appointment"
        program = make_program(
            db, ProgramPlan(name=name, neutral_label=label, item_families=families, setting=plan), by=karen, now=now
        )
        db.flush()  # approving locks the row
        if basis is not None:
            approve_program_audience(db, program.id, by=dot, now=now)
        ground.programs[key], ground.plans[key] = program.id, plan
