"""What a line waits for, as the work list groups it; worked out when the line is written. Pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from billing import Verdict
from sma.claims.judgement import Judgement, choices, status_of, waits_for_stay
from sma.claims.rules import ClaimStatus


class Reason(StrEnum):
    """In the order of the work list: what is nearest to being done stands first."""

    DECISION = "decision"
    CHOICE = "choice"
    AGREEMENT = "agreement"
    NOTE = "note"
    CARD = "card"
    UNCONFIRMED = "unconfirmed"
    STAY = "stay"
    TIMES = "times"
    PERSON = "person"
    NUMBER = "number"
    PLACE = "place"
    LIMIT = "limit"
    OTHER = "other"
    LOST = "lost"


# By the kind of rule that stands in the way.
_OF_RULE = {
    "attended": Reason.TIMES,
    "benefit-assigned": Reason.AGREEMENT,
    "note-done": Reason.NOTE,
    "coverage": Reason.CARD,
    "unconfirmed": Reason.UNCONFIRMED,
    "individual-time": Reason.TIMES,
    "inside-presence": Reason.TIMES,
    "minutes": Reason.TIMES,
    "no-overlap": Reason.TIMES,
    "group-together": Reason.TIMES,
    "age": Reason.PERSON,
    "indigenous-status": Reason.PERSON,
    "provider-number": Reason.NUMBER,
    "place": Reason.PLACE,
    "modified-monash": Reason.PLACE,
    "frequency": Reason.LIMIT,
    "not-same-day": Reason.LIMIT,
    "prerequisite": Reason.LIMIT,
    "referral": Reason.LIMIT,
}


def reasons_of(judged: Judgement) -> tuple[Reason, ...]:
    """Return everything that a fresh line waits for, each once, in the order of the list.

    A line with one fitting item and no open question waits for a decision only, and can be approved with others.
    """
    status = status_of(judged)
    if status == ClaimStatus.NEEDS_CHECK:
        return (Reason.DECISION if is_plain(judged) else Reason.CHOICE,)
    if status != ClaimStatus.BLOCKED:
        return ()
    found = set(_obstacles(judged)) or {Reason.OTHER}
    return tuple(reason for reason in Reason if reason in found)


def is_plain(judged: Judgement) -> bool:
    """Tell whether exactly one item fits, with nothing in its way and nothing to answer.

    What is asked about an incentive does not count: it is the same for all lines, and answered for all at once.
    """
    fitting = [choice for choice in choices(judged) if not choice.is_lower]
    return len(fitting) == 1 and not fitting[0].obstacles and not fitting[0].questions


def kept(reasons: Collection[Reason]) -> str:
    """Put reasons into the form they are stored in: a space on either side of each, so that one can be looked for."""
    return f" {' '.join(reasons)} " if reasons else ""


def read(text: str) -> tuple[Reason, ...]:
    """Take apart what `kept` wrote."""
    return tuple(Reason(word) for word in text.split() if word in list(Reason))


def _obstacles(judged: Judgement) -> Iterable[Reason]:
    if waits_for_stay(judged):
        return [Reason.STAY]
    found = [obstacle.rule for choice in choices(judged) for obstacle in choice.obstacles]
    if not found and judged["evidence"]["unconfirmed"]:
        # Times that do not count yet look like times that are missing.
        return [Reason.UNCONFIRMED]
    found = found or [each["rule"] for each in judged["findings"] if each["verdict"] != Verdict.MET]
    return [_OF_RULE.get(rule, Reason.OTHER) for rule in found]
