"""What is said when somebody has died: who told us, the day if it is known, and the ways in which that is refused."""

from datetime import date
from enum import StrEnum

from sma.core.errors import Conflict, Invalid


class ToldBy(StrEnum):
    """From whom we know of a death. A kind of source and never a name: the family's grief is not ours to file."""

    FAMILY = "family"
    COMMUNITY = "community"
    HEALTH_SERVICE = "health-service"
    NOTICE = "notice"
    IMPORTED = "imported"


# How each reads after "Who told us?".
TOLD_BY_WORDS = {
    ToldBy.FAMILY: "Their family, or who cares for them",
    ToldBy.COMMUNITY: "A health worker or an Elder of their community",
    ToldBy.HEALTH_SERVICE: "A hospital or another health service",
    ToldBy.NOTICE: "A certificate or an official notice",
    ToldBy.IMPORTED: "An imported record",
}


class DeathAlreadyRecorded(Conflict):
    code = "death-already-recorded"
    message = "This is recorded already. Open their page again."


class NoDeathRecorded(Conflict):
    code = "no-death-recorded"
    message = "Nothing of the kind is recorded for this person any more. Open their page again."


def check_death_date(died_on: date | None, *, born_on: date | None, today: date) -> None:
    """Refuse a day that has not been, or one before the person's birth. Raises: Invalid."""
    if died_on is None:
        return
    if died_on > today:
        raise Invalid(fields={"died_on": "That day has not been yet. Check the date, or leave it empty."})
    if born_on is not None and died_on < born_on:
        raise Invalid(fields={"died_on": "That is before they were born. Check the year, or leave it empty."})
