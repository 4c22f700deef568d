"""The only reader of the wall clock. Everything else is handed `now`.

A served process can be given a test clock (`SMA_TEST_CLOCK`, a file holding one ISO instant that is read at
each call), so that a browser test can live through a clinic day in seconds. Production refuses it.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_test_clock: Path | None = None

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def use_test_clock(path: Path | None) -> None:
    """Take the time from a file from now on (None: from the machine again)."""
    global _test_clock
    _test_clock = path


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    if _test_clock is not None:
        return datetime.fromisoformat(_test_clock.read_text().strip()).astimezone(UTC)
    return datetime.now(UTC)


def local_date(instant: datetime, timezone: str) -> date:
    """Return the calendar date that a wall clock in `timezone` shows at `instant`."""
    return instant.astimezone(ZoneInfo(timezone)).date()


def local(instant: datetime, timezone: str) -> datetime:
    """Return `instant` as a wall clock in `timezone` shows it, still aware."""
    return instant.astimezone(ZoneInfo(timezone))


def day_words(day: date) -> str:
    """Write a day as documents do, the same in every locale of the server: `24 November 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
