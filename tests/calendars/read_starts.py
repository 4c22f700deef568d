"""Run as a program under some TZ: what two independent readers make of the files in a folder.

Prints a JSON object: file name -> reader -> [start, end] as UTC instants.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import recurring_ical_events
from ical.calendar_stream import CalendarStream


def by_icalendar(data: bytes) -> list[str]:
    calendar = icalendar.Calendar.from_ical(data)
    assert not [error for part in calendar.walk() for error in part.errors]
    start, end = datetime(2010, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
    (event,) = recurring_ical_events.of(calendar).between(start, end)
    return [event[name].dt.astimezone(UTC).isoformat() for name in ("DTSTART", "DTEND")]


def by_ical(data: bytes) -> list[str]:
    (calendar,) = CalendarStream.from_ics(data.decode()).calendars
    (event,) = list(calendar.timeline)
    return [when.astimezone(UTC).isoformat() for when in (event.dtstart, event.dtend)]


if __name__ == "__main__":
    found = {
        file.name: {"icalendar": by_icalendar(file.read_bytes()), "ical": by_ical(file.read_bytes())}
        for file in sorted(Path(sys.argv[1]).glob("*.ics"))
    }
    json.dump(found, sys.stdout)
