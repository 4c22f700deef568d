"""Which services owe a report to whoever referred the person, and when: read from `referring.toml` beside this file.

Pure.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from sma.core.errors import Conflict, Forbidden, NotFound


class ReportMoment(StrEnum):
    """After which service of a course a report is owed."""

    FIRST = "first"
    LAST = "last"


class ReportState(StrEnum):
    """`waiting`: more services follow, so the last one has not come yet. `elsewhere`: written in another program."""

    DUE = "due"
    WAITING = "waiting"
    SIGNED = "signed"
    ELSEWHERE = "elsewhere"


MOMENT_WORDS = {
    ReportMoment.FIRST: "After the first service",
    ReportMoment.LAST: "After the last service",
}
STATE_WORDS = {
    ReportState.DUE: "Due",
    ReportState.WAITING: "More services to come",
    ReportState.SIGNED: "Signed off",
    ReportState.ELSEWHERE: "Written elsewhere",
}


@dataclass(frozen=True)
class Duty:
    """Families of items that owe a report, after which services of a course, and where that is written."""

    families: frozenset[str]
    moments: tuple[ReportMoment, ...]
    words: str
    source: str
    confidence: str


@cache
def load_duties() -> tuple[Duty, ...]:
    """Return the duties shipped with this package."""
    table = tomllib.loads(files("sma.claims").joinpath("referring.toml").read_text(encoding="utf-8"))
    return tuple(
        Duty(
            families=frozenset(each["families"]),
            moments=tuple(ReportMoment(word) for word in each["moments"]),
            words=each["words"],
            source=each["source"],
            confidence=each["confidence"],
        )
        for each in table["duty"]
    )


def duty_of(family: str) -> Duty | None:
    """Return what items of a family owe the referrer, None where they owe nothing."""
    return next((duty for duty in load_duties() if family in duty.families), None)


def moments_now(duty: Duty, *, services: int, stated: int | None, is_over: bool) -> list[ReportMoment]:
    """Say which reports are owed now.

    `services` is how many of a course were given so far, `stated` for how many the referral was written, and `is_over`
    whether the person has no later place in the program. An only service is the first and the last: one report is owed.
    """
    if services < 1:
        return []
    reached = {ReportMoment.FIRST: True, ReportMoment.LAST: is_over or (stated is not None and services >= stated)}
    if services == 1 and reached[ReportMoment.LAST] and ReportMoment.LAST in duty.moments:
        return [ReportMoment.LAST]
    return [moment for moment in duty.moments if reached[moment]]


class ReferrerReportNotFound(NotFound):
    message = "There is no such report. Go to Reports to referrers and open it from there."


class NotYourReport(Forbidden):
    code = "not-your-report"
    message = "Only the clinician who gave the service writes and signs this report. It stays on their list."


class ReportClosed(Conflict):
    code = "report-closed"
    message = "This report is done. What was signed off is not changed any more."


class NoReportOwed(Conflict):
    code = "no-report-owed"
    message = "The item of this line owes no report to a referrer."
