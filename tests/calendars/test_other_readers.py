"""Programs that we did not write read the files and meet at the same instant."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calendars import TIMEZONES, Event, cancellation, invitation

# High summer, winter, and the first ordinary hour after each change of clocks.
MOMENTS = [
    datetime(2026, 12, 1, 10, 0),
    datetime(2027, 6, 15, 9, 30),
    datetime(2026, 10, 4, 3, 0),
    datetime(2027, 4, 4, 3, 0),
    datetime(2035, 10, 7, 13, 45),
]


def _appointments(make_event: Callable[..., Event]) -> dict[str, Event]:
    return {
        f"{zone.replace('/', '_')}_{number}.ics": make_event(
            timezone=zone, starts=starts, ends=starts + timedelta(minutes=90), uid=f"u{number}@saltwater.example"
        )
        for zone in TIMEZONES
        for number, starts in enumerate(MOMENTS)
    }


@pytest.mark.parametrize("process_zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
def test_two_readers_meet_at_the_instant_of_the_zone_database_wherever_they_run(
    make_event: Callable[..., Event], tmp_path: Path, process_zone: str
) -> None:
    appointments = _appointments(make_event)
    for name, event in appointments.items():
        (tmp_path / name).write_bytes(invitation(event))

    script = Path(__file__).with_name("read_starts.py")
    environment = os.environ | {"TZ": process_zone}
    output = subprocess.check_output([sys.executable, script, tmp_path], env=environment)

    def instant(at: datetime, zone: str) -> str:
        return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat()

    meant = {
        name: [instant(event.starts, event.timezone), instant(event.ends, event.timezone)]
        for name, event in appointments.items()
    }
    assert json.loads(output) == {name: {"icalendar": at, "ical": at} for name, at in meant.items()}


def test_the_bytes_depend_on_nothing_but_the_event(make_event: Callable[..., Event], tmp_path: Path) -> None:
    events = [*_appointments(make_event).values()]
    (tmp_path / "events").write_bytes(pickle.dumps(events))
    program = (
        "import locale, pickle, sys; from calendars import cancellation, invitation;"
        "locale.setlocale(locale.LC_ALL, '');"
        "events = pickle.load(open(sys.argv[1], 'rb'));"
        "sys.stdout.buffer.write(b''.join(invitation(e) + cancellation(e) for e in events))"
    )

    def written(**environment: str) -> bytes:
        paths = {"PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", program, tmp_path / "events"]
        return subprocess.check_output(command, env=os.environ | paths | environment)

    first = written(PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    assert first == written(PYTHONHASHSEED="2", TZ="America/New_York", LC_ALL="C.UTF-8")
    assert first == b"".join(invitation(event) + cancellation(event) for event in events)


@pytest.mark.parametrize("process_zone", ["UTC", "America/New_York"])
def test_libical_finds_every_invitation_and_cancellation_as_rfc_5546_wants_it(
    libical_check: Callable[[list[Path]], list[str]],
    make_event: Callable[..., Event],
    nasty_names: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    process_zone: str,
) -> None:
    monkeypatch.setenv("TZ", process_zone)
    events = [*_appointments(make_event).values()]
    events += [make_event(attendee_name=name, summary=f"Appointment {name}") for name in nasty_names]
    requests, cancels = [], []
    for number, event in enumerate(events):
        for files, data, word in ((requests, invitation(event), "r"), (cancels, cancellation(event), "c")):
            files.append(tmp_path / f"{word}{number}.ics")
            files[-1].write_bytes(data)

    good = "parsed=1 restriction_ok=1 errors_before=0 errors_after=0 attendees=1 method="
    assert set(libical_check(requests)) == {good + "REQUEST"}
    assert set(libical_check(cancels)) == {good + "CANCEL"}


def test_libical_would_notice_a_missing_organiser(
    libical_check: Callable[[list[Path]], list[str]], make_event: Callable[..., Event], tmp_path: Path
) -> None:
    file = tmp_path / "spoiled.ics"
    lines = invitation(make_event()).split(b"\r\n")
    file.write_bytes(b"\r\n".join(line for line in lines if not line.startswith(b"ORGANIZER")))

    assert "restriction_ok=0" in libical_check([file])[0]
