"""How many people a session can hold, and how many minutes of the clinician each of them gets."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from billing import load_rulebook
from billing.items import NoVersion
from billing.rules import Minutes

# The family whose items ask for a person's own time with the clinician, in tiers.
TIMED_FAMILY = "gp-attendance"

# In the order in which a planner is likely to look for them: what shared appointments usually claim comes first.
_FAMILY_WORDS = {
    TIMED_FAMILY: "GP attendance, each person seen in turn",
    "health-check": "Aboriginal and Torres Strait Islander health check",
    "nurse-follow-up": "Nurse or health practitioner follow-up",
    "group-allied-health": "Allied health group for type 2 diabetes",
    "psychological-group": "Psychological therapy group (Better Access)",
    "eating-disorder-group": "Eating disorder treatment group",
    "group-psychotherapy": "Group psychotherapy by a psychiatrist or addiction medicine specialist",
    "family-group": "Family group therapy (one family, not people who are unrelated)",
    "gp-after-hours": "GP attendance after hours, each person seen in turn",
    "other-doctor-attendance": "Attendance by a doctor who is not a GP, each person seen in turn",
    "nurse-practitioner-attendance": "Nurse practitioner attendance, each person seen in turn",
    "chronic-condition-plan": "Chronic condition management plans, each person alone",
    "mental-health-plan": "Mental health treatment plans, each person alone",
    "health-assessment": "Health assessments for set ages and risks, each person alone",
    "individual-allied-health": "Allied health for one person at a time",
    "psychological-individual": "Focussed psychological strategies by a doctor, each person alone",
    "gp-telehealth": "Video or phone: GP attendance, one person after the other",
    "other-doctor-telehealth": "Video or phone: attendance by a doctor who is not a GP",
    "health-check-telehealth": "Video: health check for Aboriginal and Torres Strait Islander people",
    "nurse-follow-up-telehealth": "Video or phone: nurse or health practitioner support",
    "group-allied-health-telehealth": "Video or phone: type 2 diabetes group services",
    "sexual-health-telehealth": "Video or phone: sexual and reproductive health, each person alone",
}
# An incentive stands beside another line, never by itself; a case conference is held about a patient, not with a group.
NOT_OF_A_PROGRAM = frozenset({"bulk-billing-incentive", "case-conference"})


@dataclass(frozen=True)
class MinutesEach:
    """The clinician's minutes shared out: `each` is text with one decimal, rounded down; None without people."""

    minutes: int
    people: int
    each: str | None
    fit_at_six: int
    sentence: str

    @property
    def is_tight(self) -> bool:
        """More people than can each have the shortest timed consult. A warning, never a stop."""
        return self.people > self.fit_at_six


def ceiling(most: int, room_seats: int | None, staff: int, support_places: int) -> int:
    """Return how many patients a session can hold: its maximum, or the seats left beside staff and support people.

    A session without a room (video, or a place with no rooms entered) is held only to its maximum.
    """
    if room_seats is None:
        return max(most, 0)
    return max(min(most, room_seats - staff - support_places), 0)


def minutes_each(clinician_minutes: int, people: int, *, on: date | None = None) -> MinutesEach:
    """Share out the clinician's minutes among people, all of whom have a consult of their own, with no gaps.

    The floor is the shortest minimum time among the timed items in force `on` the day (None: the newest).
    Rounded down: 5.99 minutes each is not six.
    """
    floor = least_minutes(on)
    fit = clinician_minutes // floor
    if people < 1:
        empty = f"{clinician_minutes} minutes, nobody booked. At {floor} minutes each, {fit} fit."
        return MinutesEach(clinician_minutes, people, None, fit, empty)
    share = (Decimal(clinician_minutes) / people).quantize(Decimal("0.1"), ROUND_DOWN)
    sentence = (
        f"{clinician_minutes} minutes for {people} booked: {share} minutes each. At {floor} minutes each, {fit} fit."
    )
    return MinutesEach(clinician_minutes, people, str(share), fit, sentence)


@lru_cache(maxsize=64)
def least_minutes(on: date | None = None) -> int:
    """Return the shortest minimum time, in minutes, that any timed item asks for.

    Source: the minutes rules of the shipped rulebook, each with its own source.
    """
    edges = []
    for item in load_rulebook().items:
        if item.family != TIMED_FAMILY:
            continue
        try:
            version = item.versions[-1] if on is None else item.on(on)
        except NoVersion:
            continue
        edges += [rule.at_least or rule.over or 0 for rule in version.rules if isinstance(rule, Minutes)]
    found = [edge for edge in edges if edge > 0]
    # A day before our first version: the newest is the best that can be said about it.
    return min(found) if found else least_minutes(None)


@lru_cache(maxsize=1)
def billing_families() -> dict[str, str]:
    """Return the item families that a program can name, with words for the planner."""
    held = {item.family for item in load_rulebook().items}
    return {family: words for family, words in _FAMILY_WORDS.items() if family in held}
