"""Which fees are in use, where they come from, and whether a newer schedule should be here."""

from dataclasses import dataclass
from datetime import datetime

from billing.current import fees_in_use
from billing.fees import FeeUpdate
from billing.mbs.releases import Standing
from sma import fees
from sma.core.settings import Settings


@dataclass(frozen=True)
class SchedulePage:
    """What the operations page says of the schedule. `trouble` is why the files of accepted fees cannot be read."""

    standing: Standing
    accepted: list[FeeUpdate]
    needs_restart: bool
    trouble: str | None = None


def schedule_page(settings: Settings, *, now: datetime) -> SchedulePage:
    """Compare what this process uses with what lies in the data folder, and with what should be out by now."""
    stands = fees.standing_now(now)
    in_use = sorted(fees_in_use(), key=lambda update: update.effective_on, reverse=True)
    try:
        kept = fees.accepted(settings)
    except fees.BadFees as error:
        return SchedulePage(stands, in_use, needs_restart=False, trouble=str(error))
    return SchedulePage(stands, in_use, needs_restart=not fees.in_use(kept))
