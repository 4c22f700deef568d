"""Does this session fit this person? One pure answer for every door: booking, waiting list, moves, walk-ins.

`Person` holds all that the answer may depend on. What is not in it (name, title, recorded sex, Indigenous status)
cannot be used, and "which groups suit me" is only ever the person's own answer.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from sma.people.rules import Answered, Audience, named_group


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    STOP = "stop"


class Barrier(IntEnum):
    """What it takes to book although a check did not pass."""

    NONE = 0
    HINT = 1  # nothing; a reason is asked for and kept, but its absence does not stop
    DESK = 2  # a reason, from whoever books
    NAMED_ROLE = 3  # a reason, from a role that may pass warnings
    HARD = 4  # nobody can


@dataclass(frozen=True)
class Person:
    """What the check knows about somebody, about one session's date and time."""

    groups_ok: Set[str] = frozenset()
    groups_state: str = Answered.NOT_ASKED
    has_agreement: bool = False
    is_deceased: bool = False
    is_busy: bool = False


@dataclass(frozen=True)
class Setting:
    """For whom the session is. `named` audiences are told apart by their own name."""

    audience: str = Audience.OPEN
    audience_name: str | None = None

    @property
    def group(self) -> str:
        """The answer a person must have given to be known as comfortable here."""
        return named_group(self.audience_name or "") if self.audience == Audience.NAMED else self.audience


@dataclass(frozen=True)
class Places:
    """Seats for patients. `taken` counts people with a place, never those waiting."""

    taken: int
    waiting: int
    ceiling: int

    @property
    def left(self) -> int:
        return max(0, self.ceiling - self.taken)


@dataclass(frozen=True)
class Finding:
    """One check: a sentence for the desk, what to do about it, and what passing it would take."""

    code: str
    verdict: Verdict
    sentence: str
    remedy: str = ""
    barrier: Barrier = Barrier.NONE


@dataclass(frozen=True)
class Fit:
    """All checks of one person against one session."""

    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(finding.sentence for finding in self.findings if finding.verdict is not Verdict.PASS)

    def unpassed(self, passed: Mapping[str, str], *, may_pass: bool) -> tuple[Finding, ...]:
        """What still stands in the way, given reasons by code and whether this user may pass warnings."""

        def stands(finding: Finding) -> bool:
            if finding.barrier is Barrier.HARD:
                return True
            if finding.barrier is Barrier.NAMED_ROLE:
                return not (may_pass and passed.get(finding.code))
            return finding.barrier is Barrier.DESK and not passed.get(finding.code)

        return tuple(finding for finding in self.findings if stands(finding))

    def beyond(self, *, may_pass: bool) -> tuple[Finding, ...]:
        """The findings that no reason of this user can pass."""
        limit = Barrier.NAMED_ROLE if may_pass else Barrier.DESK
        return tuple(finding for finding in self.findings if finding.barrier > limit)


# Kept for a hint that nobody explained.
NOT_SAID = "(no reason given)"
_PASSED_WORDS = {
    "suit": "Group",
    "agreement": "Without an agreement",
    "waiting": "Before somebody who waits",
    "minutes": "Few minutes each",
}


def explained(passed: Mapping[str, str]) -> list[str]:
    """Say each warning that was passed with the reason that was typed for it."""
    return [f"{_PASSED_WORDS.get(code, code)}: {said}" for code, said in sorted(passed.items()) if said != NOT_SAID]


_MAY_NOT_SUIT = "This session may not suit."
_OTHER_WAYS = "Offer another session, or ask the cultural lead."
ASK_SCRIPT = (
    "Ask quietly: “We run different kinds of groups. Which would you feel comfortable in?” "
    "Keep their own answer on their page."
)


def fit(
    person: Person,
    setting: Setting,
    places: Places,
    *,
    others_first: bool = False,
    crowding: str | None = None,
) -> Fit:
    """Check one person against one session; each finding says one sentence and a way forward.

    `others_first`: somebody who could take the place has waited longer. `crowding`: the sentence about too few
    clinician minutes, None when everyone fits.
    """
    found = [_suits(person, setting), _agreed(person), _free(person), _has_room(places)]
    if person.is_deceased:
        found.insert(0, Finding("person", Verdict.STOP, _MAY_NOT_SUIT, _OTHER_WAYS, Barrier.HARD))
    if others_first and places.left:
        remedy = "Give the place to whoever has waited longest, or add this person to the waiting list."
        sentence = "Somebody is already waiting for a place here."
        found.append(Finding("waiting", Verdict.WARN, sentence, remedy, Barrier.NAMED_ROLE))
    if crowding and places.left:
        remedy = "You can go ahead: say why. Whoever plans the session can give the clinician more minutes."
        found.append(Finding("minutes", Verdict.WARN, crowding, remedy, Barrier.HINT))
    return Fit(tuple(found))


def is_eligible(person: Person, setting: Setting, passed: Mapping[str, str]) -> bool:
    """Tell whether somebody who waits could take a place if there were one, given what was passed for them before."""
    checked = fit(person, setting, Places(taken=0, waiting=0, ceiling=1))
    return all(found.barrier <= Barrier.DESK for found in checked.unpassed(passed, may_pass=True))


def why_not_yet(checked: Fit, *, is_first: bool) -> str:
    """Say why somebody still waits. No room and every cause in the person's own answers read alike."""
    by_code = {finding.code: finding for finding in checked.findings}
    hidden = by_code["suit"].verdict is Verdict.STOP or "person" in by_code
    if hidden or by_code["place"].verdict is Verdict.STOP:
        return "No suitable place yet"
    if by_code["time"].verdict is Verdict.STOP:
        return "Has another appointment at that time"
    if by_code["agreement"].verdict is Verdict.WARN:
        return "Agreement to group care is missing"
    if not is_first:
        return "Somebody else has waited longer"
    if by_code["suit"].verdict is Verdict.WARN:
        return "Next in line. Ask first which groups suit them"
    return "Next in line. A place is free"


def _suits(person: Person, setting: Setting) -> Finding:
    # Source: the person's own answer, never anything else that is recorded about them.
    if person.groups_state != Answered.ANSWERED or not person.groups_ok:
        sentence = "We do not know yet which groups suit them. Please ask."
        return Finding("suit", Verdict.WARN, sentence, ASK_SCRIPT, Barrier.DESK)
    if setting.group in person.groups_ok:
        return Finding("suit", Verdict.PASS, "Fits what they told us about groups.")
    return Finding("suit", Verdict.STOP, _MAY_NOT_SUIT, _OTHER_WAYS, Barrier.NAMED_ROLE)


def _agreed(person: Person) -> Finding:
    if person.has_agreement:
        return Finding("agreement", Verdict.PASS, "Has agreed to group care.")
    sentence = "Their agreement to group care is not recorded."
    remedy = "Go through it with them and record it on their page."
    return Finding("agreement", Verdict.WARN, sentence, remedy, Barrier.NAMED_ROLE)


def _free(person: Person) -> Finding:
    if not person.is_busy:
        return Finding("time", Verdict.PASS, "Free at that time.")
    sentence = "They already have an appointment at that time."
    return Finding("time", Verdict.STOP, sentence, "Move that one first, or choose another time.", Barrier.HARD)


def _has_room(places: Places) -> Finding:
    if places.left:
        words = "1 place left." if places.left == 1 else f"{places.left} places left."
        return Finding("place", Verdict.PASS, words)
    remedy = "Add them to the waiting list, or choose another date."
    return Finding("place", Verdict.STOP, "Every place is taken.", remedy, Barrier.HARD)
