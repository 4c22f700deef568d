"""Who and what a session still lacks, each with the way to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from sma.core.errors import Conflict
from sma.scheduling.rules.states import SessionRoleKind


class Working(Protocol):
    """What readiness looks at in one worker. `provider_number` is the one that holds at the session's place."""

    @property
    def role(self) -> str: ...

    @property
    def provider_number(self) -> str | None: ...


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


class NotReady(Conflict):
    """A draft can't be published yet; `missing` lists why, for the page."""

    code = "session-not-ready"

    def __init__(self, missing: Sequence[Need]) -> None:
        self.missing = tuple(missing)
        super().__init__("Before this session can be published: " + " ".join(need.sentence for need in missing))


def readiness(
    staff: Sequence[Working], *, is_billed: bool, approval_gap: str | None, review_on: date | None
) -> Readiness:
    """List what a session needs: a clinician, a facilitator, provider numbers that hold there, an approved audience.

    A provider number is needed only where items are to be claimed. `approval_gap` is the sentence of the audience
    rules, None when the audience needs nothing.
    """
    has = {worker.role for worker in staff}
    clinician, facilitator = SessionRoleKind.CLINICIAN in has, SessionRoleKind.FACILITATOR in has
    needs = [_role_need("clinician", clinician), _role_need("facilitator", facilitator)]
    if is_billed and clinician:
        needs.append(
            _number_need(all(worker.provider_number for worker in staff if worker.role == SessionRoleKind.CLINICIAN))
        )
    needs.append(_approval_need(approval_gap, review_on))
    return Readiness(tuple(needs))


# Kept, because a board asks for the same few answers for each of its rows.
@lru_cache(maxsize=4)
def _role_need(word: str, is_met: bool) -> Need:
    sentence = f"A {word} is chosen." if is_met else f"No {word} is chosen."
    return Need(word, is_met, word, sentence, f"Choose a {word} for this session.")


@lru_cache(maxsize=2)
def _number_need(is_met: bool) -> Need:
    return Need(
        "provider-number",
        is_met,
        "provider number",
        "Each clinician has a provider number for this place."
        if is_met
        else "A clinician has no provider number for this place, so no item could be claimed.",
        "Enter the number on the clinician's page, choose another clinician, or take billing off the program.",
    )


@lru_cache(maxsize=64)
def _approval_need(gap: str | None, review_on: date | None) -> Need:
    return Need(
        "approval",
        gap is None,
        "approval",
        gap or _approved_words(review_on),
        "Once reason and review date are filled in, a cultural lead approves this session, signed in. "
        "Or approve the program and tick this draft there.",
        is_about_setting=True,
    )


def _approved_words(review_on: date | None) -> str:
    if review_on is None:
        return "Open to everyone: no approval needed."
    return f"The audience is approved until its review on {review_on.day} {review_on:%b %Y}."
