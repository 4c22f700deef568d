"""Which release of the schedule we hold, and whether a later one should have come out by a given day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Releases:
    """The days on which the schedule changes, as `releases.toml` has them."""

    held_on: date
    held_item_count: int
    regular: tuple[tuple[int, int], ...]
    besides: tuple[date, ...]

    def due(self, after: date, until: date) -> tuple[date, ...]:
        """Return every release expected or known after one day and up to another, earliest first."""
        years = range(after.year, until.year + 1)
        days = {date(year, *each) for year in years for each in self.regular} | set(self.besides)
        return tuple(sorted(day for day in days if after < day <= until))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the newest schedule known stands on a day: `missing` are the releases that should be out and are not here."""

    newest_on: date
    missing: tuple[date, ...]

    @property
    def is_late(self) -> bool:
        return bool(self.missing)

    @property
    def sentence(self) -> str:
        """How it stands, for whoever reads a claim."""
        newest = _words(self.newest_on)
        if not self.missing:
            return f"Fees are those of the schedule of {newest}, the newest one expected so far."
        which = f"A schedule of {_words(self.missing[-1])} was expected"
        if len(self.missing) > 1:
            which = (
                f"Schedules of {', '.join(map(_words, self.missing[:-1]))} and {_words(self.missing[-1])} were expected"
            )
        return (
            f"Fees are those of the schedule of {newest}. {which} since: "
            f"for services from {_words(self.missing[0])} on, a fee may have changed."
        )


@cache
def releases() -> Releases:
    """Return the days as shipped."""
    table = tomllib.loads(files("billing.mbs").joinpath("releases.toml").read_text(encoding="utf-8"))
    return Releases(
        held_on=table["held_on"],
        held_item_count=table["held_item_count"],
        regular=tuple((int(each[:2]), int(each[3:])) for each in table["regular"]),
        besides=tuple(each["on"] for each in table["besides"]),
    )


def standing(newest_on: date, today: date) -> Standing:
    """Say which releases should have come out since the newest one known."""
    return Standing(newest_on=newest_on, missing=releases().due(newest_on, today))


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
