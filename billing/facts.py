"""What happened, as the engine is told it: one group service, its provider and the people who came.

Frozen values without names, card numbers or notes. Instants are aware UTC; a contradiction that no later step could
repair (time running backwards, a person listed twice) is refused here with `ValueError`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

COVERAGES = ("medicare", "dva", "both", "pending", "none")
BILLINGS = ("bulk", "private", "dva")
INDIVIDUAL_ITEMS = ("yes", "no", "ask")
MODALITIES = ("in-person", "video", "phone")
MODIFIED_MONASH_AREAS = (1, 2, 3, 4, 5, 6, 7)  # Source: Modified Monash Model, health.gov.au
INDIGENOUS_STATUSES = ("1", "2", "3", "4", "9")  # Source: METeOR 602543; 9 is "not stated"


class Profession(StrEnum):
    GENERAL_PRACTITIONER = "general-practitioner"
    OTHER_MEDICAL_PRACTITIONER = "other-medical-practitioner"
    CONSULTANT_PHYSICIAN = "consultant-physician"
    PSYCHIATRIST = "psychiatrist"
    ADDICTION_MEDICINE_SPECIALIST = "addiction-medicine-specialist"
    NURSE_PRACTITIONER = "nurse-practitioner"
    DIETITIAN = "dietitian"
    DIABETES_EDUCATOR = "diabetes-educator"
    EXERCISE_PHYSIOLOGIST = "exercise-physiologist"
    PRACTICE_NURSE = "practice-nurse"
    ABORIGINAL_HEALTH_PRACTITIONER = "aboriginal-health-practitioner"
    ABORIGINAL_HEALTH_WORKER = "aboriginal-health-worker"
    CLINICAL_PSYCHOLOGIST = "clinical-psychologist"
    PSYCHOLOGIST = "psychologist"
    OCCUPATIONAL_THERAPIST = "occupational-therapist"
    SOCIAL_WORKER = "social-worker"
    MENTAL_HEALTH_WORKER = "mental-health-worker"
    PHYSIOTHERAPIST = "physiotherapist"
    PODIATRIST = "podiatrist"
    CHIROPRACTOR = "chiropractor"
    OSTEOPATH = "osteopath"
    SPEECH_PATHOLOGIST = "speech-pathologist"
    AUDIOLOGIST = "audiologist"
    OTHER = "other"

    @property
    def words(self) -> str:
        """As written on a page: "Aboriginal health practitioner"."""
        return self.replace("-", " ").replace("aboriginal", "Aboriginal")


def _utc(instant: datetime, what: str) -> None:
    if instant.utcoffset() != timedelta(0):
        raise ValueError(f"{what} must be an aware instant in UTC")


def clock(time_of_day: time) -> str:
    """Write a time of day as the pages do: "2:25 pm", with its seconds where it has any: "2:25:20 pm"."""
    seconds = f":{time_of_day.second:02}" if time_of_day.second else ""
    return f"{time_of_day.hour % 12 or 12}:{time_of_day.minute:02}{seconds} {'am' if time_of_day.hour < 12 else 'pm'}"


def one_of(value: str, allowed: tuple[str, ...], what: str) -> None:
    """Refuse a word that is not on the list. Raises: ValueError."""
    if value not in allowed:
        raise ValueError(f"{what} must be one of {', '.join(allowed)}")


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A stretch of time with a start and a later end."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        _utc(self.starts_at, "starts_at")
        _utc(self.ends_at, "ends_at")
        if self.ends_at <= self.starts_at:
            raise ValueError("an interval must end after it starts")

    @property
    def seconds(self) -> int:
        """Whole seconds; a part of a second never counts towards an item."""
        return (self.ends_at - self.starts_at) // timedelta(seconds=1)

    def covers(self, other: "Interval") -> bool:
        """Say whether the other lies wholly inside, edges included."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def overlaps(self, other: "Interval") -> bool:
        """Say whether both share an instant; one ending as the other starts does not count."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, kw_only=True)
class Consult(Interval):
    """One stretch of the clinician's time with this patient alone."""

    interrupted: bool = False
    recorded_after: bool = False


@dataclass(frozen=True, kw_only=True)
class EarlierService:
    """A service this patient had before. `known_from` is "here" for our own record, otherwise where we learned it."""

    item_number: str
    date_of_service: date
    known_from: str = "here"


@dataclass(frozen=True, kw_only=True)
class Referral:
    """A referral this patient holds for a profession. `months` None is the standard period of its kind.

    `services` is how many services it was written for, where it says. `first_used_on` starts its period: a referral
    runs from the first service given under it, not from the day it was written.
    """

    profession: Profession
    issued_on: date
    months: int | None = None
    is_indefinite: bool = False
    services: int | None = None
    first_used_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Provider:
    reference: str
    profession: Profession
    provider_number: str | None


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """One patient's part in the service. `left_at` None means stayed to the end.

    `is_my_medicare_here` says whether the patient is registered with this practice under MyMedicare, None where nobody
    asked. `billing` is who is asked to pay: Medicare in bulk, the patient because they declined to assign the benefit,
    or Veterans' Affairs. `coverage` "both" is somebody with a Medicare card and a Veteran Card, of whom nobody has said
    yet which of the two pays.
    """

    reference: str
    attended: bool
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    consults: tuple[Consult, ...] = ()
    born_on: date | None = None
    indigenous_status: str = "9"
    coverage: str
    benefit_assigned: bool
    note_done: bool
    history: tuple[EarlierService, ...] = ()
    referrals: tuple[Referral, ...] = ()
    is_my_medicare_here: bool | None = None
    billing: str = "bulk"

    def __post_init__(self) -> None:
        one_of(self.coverage, COVERAGES, "coverage")
        one_of(self.billing, BILLINGS, "billing")
        one_of(self.indigenous_status, INDIGENOUS_STATUSES, "indigenous_status")
        for instant, what in ((self.arrived_at, "arrived_at"), (self.left_at, "left_at")):
            if instant is not None:
                _utc(instant, what)
        if self.arrived_at and self.left_at and self.left_at < self.arrived_at:
            raise ValueError("a person cannot leave before arriving")

    def had_on(self, day: date) -> list[EarlierService]:
        """Return the services of the history that were given on a day."""
        found = self._asked.get(day)
        if found is None:
            found = self._asked[day] = [each for each in self.history if each.date_of_service == day]
        return found

    @cached_property
    def _asked(self) -> dict[date, list[EarlierService]]:
        return {}

    @cached_property
    def consult_seconds(self) -> int:
        """Whole seconds with the clinician, all stretches added up."""
        return sum(consult.seconds for consult in self.consults)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Time in which nobody came or left: who was there, by reference, and whether the clinician saw somebody alone."""

    lasts: timedelta
    present: frozenset[str]
    billable: int
    alone: bool


def _stay(service: "GroupService", attendee: Attendee) -> Interval | None:
    """The part of the service that this patient was there for, or None when it is not recorded."""
    if not attendee.attended or attendee.arrived_at is None:
        return None
    starts = max(attendee.arrived_at, service.starts_at)
    ends = min(attendee.left_at or service.ends_at, service.ends_at)
    return Interval(starts_at=starts, ends_at=ends) if starts < ends else None


@dataclass(frozen=True, kw_only=True)
class GroupService:
    """One clinician's service to a group at one place on one occasion.

    `presence` is when that clinician was in the room. `item_families` names what the program may propose at all.
    `date_of_service` is the local calendar day on which the service starts. `modified_monash` is the area of the
    practice's place, 1 to 7, or None where nobody entered it. `individual_items` is the practice's own policy on
    proposing items for one patient alone at shared appointments; `elsewhere` are the clinician's consults with other
    people that day, in other sessions.
    """

    reference: str
    date_of_service: date
    timezone: str
    starts_at: datetime
    ends_at: datetime
    provider: Provider
    presence: tuple[Interval, ...]
    is_consulting_rooms: bool
    modality: str
    item_families: frozenset[str]
    attendees: tuple[Attendee, ...]
    modified_monash: int | None = None
    individual_items: str = "yes"
    elsewhere: tuple[Interval, ...] = ()

    def __post_init__(self) -> None:
        if self.modified_monash not in (None, *MODIFIED_MONASH_AREAS):
            raise ValueError("modified_monash must be an area from 1 to 7")
        Interval(starts_at=self.starts_at, ends_at=self.ends_at)
        one_of(self.modality, MODALITIES, "modality")
        one_of(self.individual_items, INDIVIDUAL_ITEMS, "individual_items")
        try:
            zone = ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("timezone must be a zone of the IANA time zone database") from None
        # A UTC date here would move morning services in the east to the day before, and over the year's end.
        if self.starts_at.astimezone(zone).date() != self.date_of_service:
            raise ValueError("date_of_service must be the local date on which the service starts")
        if len({attendee.reference for attendee in self.attendees}) != len(self.attendees):
            raise ValueError("a person can be listed only once in a service")

    @cached_property
    def patients_seen(self) -> int:
        """How many patients this clinician saw individually at this place on this occasion."""
        return sum(1 for attendee in self.attendees if attendee.consults)

    @cached_property
    def stretches(self) -> tuple["Stretch", ...]:
        """The time with this clinician in the room, cut wherever somebody came, left, or was seen alone."""
        stays = [(each, stay) for each in self.attendees if (stay := _stay(self, each)) is not None]
        consults = [consult for each in self.attendees for consult in each.consults]
        spans: list[Interval] = [*(stay for _, stay in stays), *self.presence, *consults]
        marks = sorted({instant for each in spans for instant in (each.starts_at, each.ends_at)})
        pieces = (Interval(starts_at=starts, ends_at=ends) for starts, ends in pairwise(marks))
        return tuple(
            Stretch(
                lasts=piece.ends_at - piece.starts_at,
                present=frozenset(each.reference for each, stay in stays if stay.covers(piece)),
                billable=sum(1 for each, stay in stays if each.coverage == "medicare" and stay.covers(piece)),
                alone=any(each.covers(piece) for each in consults),
            )
            for piece in pieces
            if any(each.covers(piece) for each in self.presence)
        )

    @cached_property
    def consult_lengths(self) -> Counter[int]:
        """How many consults of this clinician in this session took how many seconds."""
        return Counter(consult.seconds for attendee in self.attendees for consult in attendee.consults)

    def local(self, instant: datetime) -> str:
        """Return the wall-clock time at the place, as staff would say it: "2:25 pm"."""
        return clock(instant.astimezone(ZoneInfo(self.timezone)).time())
