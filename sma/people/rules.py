"""The words in which people answer about themselves, and the decisions about those answers.

Nothing here is inferred from anything else. "Not asked", "declined", "unknown" and an answer are four different values;
none blocks care. Numbers are checked by `billing.identifiers`; how names and dates are searched is in `search.py`.
"""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sma.core.clock import local_date
from sma.core.errors import Invalid, NotFound

CURRENT_AGREEMENT_VERSION = "2026-11"
WITHHELD = "— respectfully withheld —"
NAME_NOT_GIVEN = "Name not given"
LONGEST_LIFE_YEARS = 130


class Audience(StrEnum):
    """For whom a session is. `named` carries its own label ("Aunties' group")."""

    OPEN = "open"
    MENS = "mens"
    WOMENS = "womens"
    NAMED = "named"


class Answered(StrEnum):
    """How a question about a person stands."""

    NOT_ASKED = "not-asked"
    ANSWERED = "answered"
    DECLINED = "declined"
    UNKNOWN = "unknown"


class AnswerSource(StrEnum):
    """From whom an answer was taken."""

    SELF = "self"
    CARER = "parent-or-carer"
    IMPORTED = "imported"


class IndigenousStatus(StrEnum):
    """Codes of METeOR 602543. 9 is never offered as an answer; not asked, declined and unclear export as 9."""

    ABORIGINAL = "1"
    TORRES_STRAIT_ISLANDER = "2"
    BOTH = "3"
    NEITHER = "4"
    NOT_STATED = "9"


class Origin(StrEnum):
    """The boxes of the question about Aboriginal or Torres Strait Islander origin; both yes boxes may be ticked."""

    NO = "no"
    ABORIGINAL = "aboriginal"
    TORRES_STRAIT_ISLANDER = "torres-strait-islander"
    DECLINED = "declined"


class SafeContact(StrEnum):
    """What may be sent to a person over one channel."""

    NONE = "none"
    NEUTRAL = "neutral"
    FULL = "full"


class CoverageKind(StrEnum):
    MEDICARE = "medicare"
    DVA = "dva"


class MedicareState(StrEnum):
    """Whether a card is held; care is never conditional on it."""

    HELD = "held"
    NOT_HERE = "card-not-here"
    NOT_ELIGIBLE = "not-eligible"
    NEWBORN = "newborn"
    NEVER_ENROLLED = "never-enrolled"
    UNKNOWN = "unknown"


class AgreementMethod(StrEnum):
    SIGNED = "signed"
    VERBAL = "verbal"
    PROXY = "proxy"


class DobAccuracy(StrEnum):
    EXACT = "exact"
    ESTIMATED = "estimated"


class InterpreterNeed(StrEnum):
    NOT_ASKED = "not-asked"
    YES = "yes"
    NO = "no"
    DECLINED = "declined"


class Gender(StrEnum):
    """The person's own words (ABS Standard 2020); `not-asked` until they were asked."""

    MAN = "man"
    WOMAN = "woman"
    NON_BINARY = "non-binary"
    DIFFERENT_TERM = "different-term"
    PREFER_NOT_TO_SAY = "prefer-not-to-say"
    NOT_ASKED = "not-asked"


class PersonNotFound(NotFound):
    """No such person, or not for this user to know about."""

    code = "person-not-found"
    message = "We could not find that person. Search again from the People page."


class PlaceNotFound(NotFound):
    code = "place-not-found"
    message = "We could not find that place. Start again from the list of locations."


class PractitionerNotFound(NotFound):
    code = "practitioner-not-found"
    message = "We could not find that practitioner. Start again from the list of practitioners."


@dataclass(frozen=True, kw_only=True)
class PatientAnswers:
    """What a person (or who speaks for them) told the desk. None for gender and origin leaves what is recorded."""

    preferred_name: str
    given_names: str | None = None
    family_name: str | None = None
    born_on: date | None = None
    dob_accuracy: DobAccuracy = DobAccuracy.EXACT
    pronouns: str | None = None
    email: str | None = None
    phone: str | None = None
    contact_by_email: SafeContact = SafeContact.NEUTRAL
    contact_by_phone: SafeContact = SafeContact.NEUTRAL
    contact_note: str | None = None
    language: str | None = None
    interpreter_needed: InterpreterNeed = InterpreterNeed.NOT_ASKED
    gender: Gender | None = None
    gender_term: str | None = None
    origin: frozenset[Origin] = frozenset()
    source: AnswerSource = AnswerSource.SELF


def indigenous_answer(ticked: Collection[Origin]) -> tuple[IndigenousStatus | None, Answered]:
    """Code the boxes a person ticked as AIHW codes them.

    Both yes boxes make 3; "No" together with a "Yes" cannot be coded and is 9. Nothing ticked is "not asked".
    Source: METeOR 602543; the correction of 2012 for "No" with "Yes".
    """
    boxes = frozenset(ticked)
    if not boxes:
        return None, Answered.NOT_ASKED
    if boxes == {Origin.DECLINED}:
        return None, Answered.DECLINED
    codes = {
        frozenset({Origin.NO}): IndigenousStatus.NEITHER,
        frozenset({Origin.ABORIGINAL}): IndigenousStatus.ABORIGINAL,
        frozenset({Origin.TORRES_STRAIT_ISLANDER}): IndigenousStatus.TORRES_STRAIT_ISLANDER,
        frozenset({Origin.ABORIGINAL, Origin.TORRES_STRAIT_ISLANDER}): IndigenousStatus.BOTH,
    }
    return codes.get(boxes, IndigenousStatus.NOT_STATED), Answered.ANSWERED


def indigenous_code(status: str | None, state: str) -> IndigenousStatus:
    """Return the code for an export: an answer as given, and 9 (never 4) for everything that is not an answer."""
    if state != Answered.ANSWERED or status is None:
        return IndigenousStatus.NOT_STATED
    return IndigenousStatus(status)


def named_group(label: str) -> str:
    """Return how a named group stands in a person's answer: "named:" and the label with its spaces evened out."""
    return f"{Audience.NAMED}:{' '.join(label.split())}"


def comfort_answer(groups: Sequence[str] | None, *, declined: bool) -> tuple[list[str], Answered]:
    """Order a person's answer to "Which groups would you feel comfortable in?".

    None is "ask me each time". Raises: Invalid for an empty answer or a group that does not exist.
    """
    if declined:
        return [], Answered.DECLINED
    if groups is None:
        return [], Answered.UNKNOWN
    known = [kind for kind in (Audience.OPEN, Audience.MENS, Audience.WOMENS) if kind in groups]
    named = sorted({named_group(group.partition(":")[2]) for group in groups if group.startswith("named:")})
    if not groups or any(name == "named:" for name in named) or len(known) + len(named) < len(set(groups)):
        raise Invalid(fields={"groups": "Choose at least one group, or “Ask me each time”."})
    return [*(str(kind) for kind in known), *named], Answered.ANSWERED


def today_at(now: datetime) -> date:
    """Return the date of what belongs to no place (a person's answer, a program): the east coast's."""
    return local_date(now, "Australia/Sydney")


def check_birth_date(born_on: date | None, today: date) -> None:
    """Refuse a date of birth that nobody alive can have. Raises: Invalid."""
    if born_on is None:
        return
    if born_on > today:
        raise Invalid(fields={"born_on": "A date of birth can't be in the future. Check the year."})
    if today.year - born_on.year > LONGEST_LIFE_YEARS:
        raise Invalid(fields={"born_on": "That is more than 130 years ago. Check the year."})


def age_on(born_on: date | None, day: date) -> int | None:
    """Return whole years lived; somebody born on 29 February turns a year older on 1 March."""
    if born_on is None or day < born_on:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def contact_words(*, email: str | None, phone: str | None, by_email: str, by_phone: str, has_note: bool) -> str:
    """Say in one line how to reach somebody safely."""
    said = []
    for channel, address, choice in (("phone", phone, by_phone), ("email", email, by_email)):
        if address is None:
            continue
        if choice == SafeContact.NONE:
            said.append(f"no {channel}")
        else:
            said.append(f"{channel} ({'any words' if choice == SafeContact.FULL else 'neutral words'})")
    if has_note:
        said.append("see the contact note")
    return (", ".join(said) or "in person only").capitalize()


def masked(number: str) -> str:
    """Return an identifier as pages show it: only its last four characters."""
    return "•" * max(len(number) - 4, 2) + " " + number[-4:]


def card_expiry(typed: str) -> date:
    """Read "11/2027" as printed on a card (valid to the end of that month), or a full date on an interim card.

    Raises: ValueError with a sentence for the desk.
    """
    parts = typed.replace("-", "/").replace(".", "/").split("/")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 2 and len(parts[1]) == 4:
            month, year = numbers
            return date(year, month, monthrange(year, month)[1])
        if len(numbers) == 3 and len(parts[2]) == 4:
            return date(numbers[2], numbers[1], numbers[0])
        if len(numbers) == 3 and len(parts[0]) == 4:
            return date(*numbers)
    except ValueError:
        pass
    raise ValueError("Give the month and year on the card, such as 11/2027.")
