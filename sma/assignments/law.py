"""What the law says about assigning a benefit, read from `law.toml` beside this file, where each has its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class EnduringPath:
    """A kind of patient whose agreement may be enduring, and what that asks of the practice."""

    code: str
    words: str
    duty: str


@dataclass(frozen=True)
class Description:
    """One Basic Service Description in our words, and the item families that we read as falling under it."""

    code: str
    words: str
    families: frozenset[str]


@dataclass(frozen=True)
class Law:
    """Until when and for whom which way of assigning is accepted, and how long an agreement is kept."""

    version: str
    starts_on: date
    verbal_until: date
    verbal_doubt: str
    enduring_professions: frozenset[str]
    enduring_paths: Mapping[str, EnduringPath]
    enduring_notice_days: int
    enduring_doubt: str
    declaration_age: int
    months_ahead: int
    years_kept: int
    descriptions: Mapping[str, Description]
    under_every_description: frozenset[str]


@cache
def load_law() -> Law:
    """Return the law as shipped with this package."""
    table = tomllib.loads(files("sma.assignments").joinpath("law.toml").read_text(encoding="utf-8"))
    enduring = table["enduring"]
    return Law(
        version=table["version"],
        starts_on=table["commencement"]["from"],
        verbal_until=table["verbal"]["last_day"],
        verbal_doubt=table["verbal"]["doubt"],
        enduring_professions=frozenset(enduring["professions"]),
        enduring_paths={path["code"]: EnduringPath(**path) for path in enduring["path"]},
        enduring_notice_days=enduring["notice_business_days"],
        enduring_doubt=enduring["doubt"],
        declaration_age=enduring["written_declaration_from_age"],
        months_ahead=table["ahead"]["months"],
        years_kept=table["retention"]["years"],
        descriptions={
            each["code"]: Description(each["code"], each["words"], frozenset(each["families"]))
            for each in table["description"]
        },
        under_every_description=frozenset(table["descriptions"]["always"]),
    )
