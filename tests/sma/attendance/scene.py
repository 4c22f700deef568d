"""The yarn up of Tue 24 Nov 2026 in Sydney, with its ten people, its doctor and its facilitator."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sma.appointments.models import Appointment
from sma.attendance import clinician_in, clinician_out, mark, start_consult, stop_consult
from sma.attendance.models import ConsultInterval
from sma.core.db import WriteSession
from sma.identity import CurrentUser, Role
from sma.people.models import Practitioner
from sma.scheduling.models import GroupSession
from tests.factories import make_appointment, make_location, make_patient, make_practitioner, make_session, make_user

PEOPLE = (
    ("Alan", "Drum"),
    ("Ben", "Farr"),
    ("Cody", "Hale"),
    ("Des", "Irons"),
    ("Eli", "Jury"),
    ("Frank", "Kell"),
    ("Gus", "Lodge"),
    ("Hal", "Moor"),
    ("Ivo", "Nash"),
    ("Joe", "Marlow"),
)

# From when to when the doctor was with each person, as pressed.
INTERVALS = (
    ("10:26", "10:33"),
    ("10:33", "10:40"),
    ("10:41", "10:49"),
    ("10:49", "10:55"),
    ("10:56", "11:01"),
    ("11:02", "11:12"),
    ("11:12", "11:19"),
    ("11:19", "11:26"),
)


def at(clock: str, day: int = 24) -> datetime:
    """A time on the wall in Sydney on a day of November 2026."""
    wall = datetime.fromisoformat(f"2026-11-{day:02}T{clock}")
    return wall.replace(tzinfo=ZoneInfo("Australia/Sydney")).astimezone(UTC)


@dataclass
class Scene:
    session: GroupSession
    doctor: Practitioner
    doctor_user: CurrentUser
    marcus: CurrentUser
    places: list[Appointment]

    def place(self, number: int) -> UUID:
        """P01 is 1."""
        return self.places[number - 1].id


def yarn_up(db: WriteSession, people: int = 10, **changes: object) -> Scene:
    location = make_location(db)
    doctor_user = make_user(db, Role.CLINICIAN)
    doctor = make_practitioner(db, location, user_id=doctor_user.id)
    session = make_session(db, location=location, clinician=doctor, **changes)
    places = [
        make_appointment(db, session, make_patient(db, preferred_name=first, family_name=family))
        for first, family in PEOPLE[:people]
    ]
    return Scene(session, doctor, doctor_user, make_user(db, Role.FACILITATOR), places)


def everyone_arrives(db: WriteSession, scene: Scene, *, absent: int | None = 10) -> None:
    for number in range(1, len(scene.places) + 1):
        presence = "absent" if number == absent else "arrived"
        mark(db, scene.place(number), presence, by=scene.marcus, now=at("10:05"))


def consult(db: WriteSession, scene: Scene, number: int, starts: str, ends: str) -> ConsultInterval:
    begun = start_consult(db, scene.place(number), scene.doctor.id, by=scene.marcus, now=at(starts))
    return stop_consult(db, begun.id, by=scene.marcus, now=at(ends))


def the_whole_day(db: WriteSession, scene: Scene) -> list[ConsultInterval]:
    """Ten people, nine come, eight are seen, as it happened."""
    everyone_arrives(db, scene)
    stay = clinician_in(db, scene.session.id, scene.doctor.id, by=scene.marcus, now=at("10:25:30"))
    consults = [consult(db, scene, n, *times) for n, times in enumerate(INTERVALS, start=1)]
    clinician_out(db, stay.id, by=scene.marcus, now=at("11:27"))
    return consults
