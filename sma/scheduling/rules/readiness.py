"""Who and what a session still lacks, each with the way to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sma.core.errors import Conflict
from sma.scheduling.rules.states import SessionRoleKind


@dataclass(frozen=True)
class Worker:
    """What readiness looks at in one worker on a session. `provider_number` is the one that holds at its place."""

    role: str
    provider_number: str | None = None


@dataclass(frozen=True)
class Need:
    """One thing a session must have. `short` fits a row of a list; `remedy` says who does what.

    `is_about_setting` marks what only those who may see the session's setting are shown.
    """

    code: str
    is_met: bool
    short: str
    sentence: str
    remedy: str
    is_about_setting: bool = False


@dataclass(frozen=True)
class Readiness:
    """Every need of a session, met or not, in the order in which staff would see to them."""

    needs: tuple[Need, ...]

    @property
    def missing(self) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if not need.is_met)

    @property
    def is_ready(self) -> bool:
        return not self.missing


class NotReady(Conflict):
    """A draft can't be published yet; `missing` lists why, for the page."""

    code = "session-not-ready"

    def __init__(self, missing: Sequence[Need]) -> None:
        self.missing = tuple(missing)
        super().__init__("Before this session can be published: " + " ".join(need.sentence for need in missing))


def readiness(
    staff: Sequence[Worker], *, is_billed: bool, approval_gap: str | None, review_on: date | None
) -> Readiness:
    """List what a session needs: a clinician, a facilitator, provider numbers that hold there, an approved audience.

    A provider number is needed only where items are to be claimed. `approval_gap` is the sentence of the audience
    rules, None when the audience needs nothing.
    """
    has = {worker.role for worker in staff}
    needs = [
        _role_need(SessionRoleKind.CLINICIAN, has, "clinician", "Choose a clinician for this session."),
        _role_need(SessionRoleKind.FACILITATOR, has, "facilitator", "Choose a facilitator for this session."),
    ]
    clinicians = [worker for worker in staff if worker.role == SessionRoleKind.CLINICIAN]
    if is_billed and clinicians:
        needs.append(_number_need(clinicians))
    needs.append(
        Need(
            "approval",
            approval_gap is None,
            "approval",
            approval_gap or _approved_words(review_on),
            "The planner fills in the reason and review date; a cultural lead then approves, signed in.",
            is_about_setting=True,
        )
    )
    return Readiness(tuple(needs))


def _role_need(role: SessionRoleKind, has: set[str], word: str, remedy: str) -> Need:
    is_met = role in has
    return Need(role, is_met, word, f"A {word} is chosen." if is_met else f"No {word} is chosen.", remedy)


def _number_need(clinicians: Sequence[Worker]) -> Need:
    without = sum(worker.provider_number is None for worker in clinicians)
    return Need(
        "provider-number",
        without == 0,
        "provider number",
        "Each clinician has a provider number for this place."
        if without == 0
        else "A clinician has no provider number for this place, so no item could be claimed.",
        "Enter the number on the clinician's page, choose another clinician, or take billing off the program.",
    )


def _approved_words(review_on: date | None) -> str:
    if review_on is None:
        return "Open to everyone: no approval needed."
    return f"The audience is approved until its review on {review_on.day} {review_on:%b %Y}."
