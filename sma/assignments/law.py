"""What the law says about assigning a benefit, read from `law.toml` beside this file, where each has its source."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Law:
    """Until when and for whom which way of assigning is accepted."""

    verbal_until: date
    enduring_professions: frozenset[str]


@cache
def load_law() -> Law:
    """Return the law as shipped with this package."""
    table = tomllib.loads(files("sma.assignments").joinpath("law.toml").read_text(encoding="utf-8"))
    return Law(
        verbal_until=table["verbal"]["last_day"],
        enduring_professions=frozenset(table["enduring"]["professions"]),
    )
