"""What the codes of a report mean, read from `codes.toml` beside this file; unknown codes are shown as they came."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from billing.reading import fill

FAMILIES = ("reason", "return", "word")
# Where the next step is taken: on the person's page, the clinician's, the referral, the line or the day's record; by
# waiting; by ringing; by doing nothing more; or by not sending it again.
KINDS = ("person", "provider", "referral", "line", "record", "wait", "contact", "accept", "stop")
CONFIDENCES = ("good", "fair", "low")


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """One or more codes that say the same. `pends` leaves the service open although nothing was paid."""

    family: str
    codes: tuple[str, ...]
    meaning: str
    action: str
    kind: str
    source: str
    confidence: str
    pends: bool = False

    def __post_init__(self) -> None:
        for name, known in (("family", FAMILIES), ("kind", KINDS), ("confidence", CONFIDENCES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{', '.join(self.codes)}: {name} is one of {', '.join(known)}")


@dataclass(frozen=True)
class Codes:
    """Every code we know, how long a line may stay open, and from when an assignment has to be new."""

    by_code: dict[str, Meaning]
    wait_days: int
    new_assignment_before: date

    def of(self, code: str | None) -> Meaning | None:
        """What a code means, or None for one that is not in our list (or for no code)."""
        return self.by_code.get(code) if code else None

    def pends(self, *codes: str | None) -> bool:
        """Tell whether one of the codes leaves the service open."""
        return any(found.pends for code in codes if (found := self.of(code)))


UNKNOWN = "Not in our list; look it up with Services Australia."


@cache
def load_codes() -> Codes:
    """Return the codes shipped with this package. Raises: ValueError saying which entry is wrong."""
    return parse_codes(files("billing.returns").joinpath("codes.toml").read_text(encoding="utf-8"))


def parse_codes(text: str) -> Codes:
    """Read a table of codes. Raises: ValueError saying which entry is wrong."""
    table = tomllib.loads(text)
    by_code: dict[str, Meaning] = {}
    for entry in table["code"]:
        meaning = fill(Meaning, entry)
        if meaning.source not in table["sources"]:
            raise ValueError(f"{', '.join(meaning.codes)}: the source {meaning.source} is not listed")
        for code in meaning.codes:
            if code in by_code:
                raise ValueError(f"{code} stands there twice")
            by_code[code] = meaning
    return Codes(by_code, table["waiting"]["days"], table["resubmission"]["new_assignment_before"])
