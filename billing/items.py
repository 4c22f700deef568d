"""Items of the schedule and their dated versions: what each pays, how it is claimed, and which rules it has."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from billing.money import benefit_of, round_half_up, round_up_5c
from billing.rules import Rule
from billing.rules.pools import CONFIDENCES

CLAIM_SHAPES = ("one-per-patient", "per-group", "head-count-shared", "group-of-n", "add-on")
PERCENTS_BY_BENEFIT_TYPE = {"A": (75,), "B": (85,), "C": (75, 85), "D": (75, 100), "E": (100,)}
_ROUNDINGS = {"half-up-to-cent": round_half_up, "up-to-5-cents": round_up_5c}


class NoVersion(LookupError):
    """We hold no version of the item for that date of service."""


class UnknownItem(LookupError):
    """We hold no file for that item number."""


def least_confidence(*confidences: str) -> str:
    return min(confidences, key=CONFIDENCES.index)


@dataclass(frozen=True, kw_only=True)
class DerivedFee:
    """A fee made of another item's fee and a loading shared by the patients seen.

    Up to `shared_up_to` patients, each pays the base fee plus `shared_cents` divided by their number; beyond that, the
    base fee plus `flat_cents`. How a share that is not a whole cent is rounded is not published: `rounding` is our
    reading, with a confidence of its own.
    """

    base_item: str
    shared_cents: int
    shared_up_to: int
    flat_cents: int
    rounding: str
    rounding_confidence: str
    rounding_source: str

    def __post_init__(self) -> None:
        if self.rounding not in _ROUNDINGS:
            raise ValueError(f"rounding must be one of {', '.join(_ROUNDINGS)}")
        if self.rounding_confidence not in CONFIDENCES:
            raise ValueError(f"rounding_confidence must be one of {', '.join(CONFIDENCES)}")
        if self.shared_up_to < 1:
            raise ValueError("shared_up_to must be at least 1")

    def divides(self, patients_seen: int) -> bool:
        """Say whether the share is a whole number of cents, so that no rounding is involved."""
        return patients_seen > self.shared_up_to or self.shared_cents % patients_seen == 0

    def fee_cents(self, base_cents: int, patients_seen: int) -> int:
        """Return the fee for each of `patients_seen` patients."""
        if patients_seen < 1:
            raise ValueError("a shared fee needs at least one patient seen")
        if patients_seen > self.shared_up_to:
            return base_cents + self.flat_cents
        return _ROUNDINGS[self.rounding](base_cents + Fraction(self.shared_cents, patients_seen))


@dataclass(frozen=True, kw_only=True)
class ItemVersion:
    """An item as it stood from `starts_on` to `ends_on`, the last day or None while open.

    Exactly one of `schedule_fee_cents` and `derived_fee` is set. `benefit_cents_by_percent` holds the published
    amounts and is empty for a derived fee.
    """

    number: str
    title: str
    family: str
    starts_on: date
    ends_on: date | None = None
    schedule_fee_cents: int | None = None
    derived_fee: DerivedFee | None = None
    benefit_type: str
    benefit_cents_by_percent: dict[int, int]
    claim_shape: str
    rules: tuple[Rule, ...]
    source: str
    confidence: str

    @property
    def benefit_percents(self) -> tuple[int, ...]:
        return PERCENTS_BY_BENEFIT_TYPE[self.benefit_type]

    @cached_property
    def out_of_hospital_percent(self) -> int:
        """A shared appointment is never part of a hospital stay, so the higher percentage applies."""
        return max(self.benefit_percents)

    def covers(self, day: date) -> bool:
        """Say whether the version is in force on a date of service, its first and last day included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def benefit_cents(self, fee_cents: int) -> int:
        """Return the benefit out of hospital: the published amount, or of a derived fee the share computed here."""
        percent = self.out_of_hospital_percent
        if self.schedule_fee_cents == fee_cents:
            return self.benefit_cents_by_percent[percent]
        return benefit_of(fee_cents, percent)

    def check(self) -> None:
        """Refuse a version whose parts contradict each other. Raises: ValueError."""
        if (self.schedule_fee_cents is None) == (self.derived_fee is None):
            raise ValueError("needs either schedule_fee_cents or derived_fee")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("to is before from")
        for value, allowed, name in (
            (self.claim_shape, CLAIM_SHAPES, "claim_shape"),
            (self.confidence, CONFIDENCES, "confidence"),
            (self.benefit_type, tuple(PERCENTS_BY_BENEFIT_TYPE), "benefit_type"),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}")
        if (self.claim_shape == "head-count-shared") != (self.derived_fee is not None):
            raise ValueError("a derived_fee and the claim shape head-count-shared go together")
        self._check_benefits()

    def _check_benefits(self) -> None:
        if self.schedule_fee_cents is None:
            if self.benefit_cents_by_percent:
                raise ValueError("a derived fee has no published benefit amounts")
            return
        if self.schedule_fee_cents <= 0:
            raise ValueError("schedule_fee_cents must be above zero")
        if set(self.benefit_cents_by_percent) != set(self.benefit_percents):
            names = ", ".join(f"benefit_{percent}_cents" for percent in self.benefit_percents)
            raise ValueError(f"benefit type {self.benefit_type} needs exactly {names}")
        for percent, cents in self.benefit_cents_by_percent.items():
            expected = benefit_of(self.schedule_fee_cents, percent)
            if cents != expected:
                raise ValueError(f"benefit_{percent}_cents is {cents}, but {percent} % of the fee rounds to {expected}")


@dataclass(frozen=True, kw_only=True)
class Item:
    """An item number with its versions, oldest first, never overlapping."""

    number: str
    title: str
    family: str
    versions: tuple[ItemVersion, ...]

    def on(self, day: date) -> ItemVersion:
        """Return the version in force on a date of service.

        Raises: NoVersion.
        """
        for version in self.versions:
            if version.covers(day):
                return version
        raise NoVersion(f"item {self.number} has no version for {day.isoformat()}")
