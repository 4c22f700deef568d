"""The words in which people answer about themselves. Nothing here is inferred from anything else.

"Not asked", "declined", "unknown" and an answer are four different values; none blocks care.
"""

from enum import StrEnum


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


class IndigenousStatus(StrEnum):
    """Codes of METeOR 602543. 9 is never offered as an answer; not asked, declined and unclear export as 9."""

    ABORIGINAL = "1"
    TORRES_STRAIT_ISLANDER = "2"
    BOTH = "3"
    NEITHER = "4"
    NOT_STATED = "9"


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


class Gender(StrEnum):
    """The person's own words (ABS Standard 2020); `not-asked` until they were asked."""

    MAN = "man"
    WOMAN = "woman"
    NON_BINARY = "non-binary"
    DIFFERENT_TERM = "different-term"
    PREFER_NOT_TO_SAY = "prefer-not-to-say"
    NOT_ASKED = "not-asked"
