"""What a practice may earn on top of benefits for bulk billing everybody. Reckoned apart, never a claim line."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from billing.money import round_half_up
from billing.rules.pools import known_confidence


@dataclass(frozen=True, kw_only=True)
class PracticeIncentive:
    """A payment to practices as a share of the benefits they were paid, `per_mille` of them.

    It is taken on the benefit of the service itself, without the incentive item beside it. `practice_percent` of it
    goes to the practice, the rest to the practitioner. `conditions` are for a person to check.
    """

    name: str
    starts_on: date
    per_mille: int
    practice_percent: int
    paid_every_months: int
    conditions: tuple[str, ...]
    source: str
    confidence: str

    def __post_init__(self) -> None:
        known_confidence(self.confidence)
        if not 0 < self.per_mille < 1000 or not 0 <= self.practice_percent <= 100:
            raise ValueError("per_mille and practice_percent are shares")

    def cents(self, benefit_cents: int, day: date) -> int:
        """Return the payment for a benefit on a date of service, to the nearest cent; nothing before its first day.

        Source: two worked totals of November 2025, $69.56 and $86.91, fit the nearest cent of the base benefit only.
        """
        return round_half_up(Fraction(benefit_cents * self.per_mille, 1000)) if day >= self.starts_on else 0
