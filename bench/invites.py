"""10,000 different invitations against plain formatting with folding, and against whole icalendar builds."""

from datetime import UTC, datetime
from uuid import uuid4

from bench.measure import Row, interleaved
from calendars import Event, invitation, session_invitations

COUNT = 10_000
WHOLE = 500


def rows() -> list[Row]:
    events = [_event(number) for number in range(COUNT)]
    whole_text = invitation(events[0]).decode()
    template = whole_text.replace(events[0].uid, "{uid}").replace(events[0].attendee_address, "{address}")

    def plain() -> None:
        for event in events:
            filled = template.replace("{uid}", event.uid).replace("{address}", event.attendee_address)
            b"\r\n".join(_fold(line.encode()) for line in filled.split("\r\n"))

    def ours() -> None:
        write = session_invitations(events[0])
        for event in events:
            write(event)

    def whole() -> None:
        for event in events[:WHOLE]:
            invitation(event)

    fast, limit, build = interleaved(3, ours, plain, whole)
    build *= COUNT / WHOLE
    return [
        Row("10,000 invitations / plain text with folding", f"{fast:.2f} s", f"{limit:.2f} s", fast / limit, "<= 11"),
        Row("whole icalendar build / ours", f"{fast:.2f} s", f"{build:.2f} s", build / fast, ">= 5"),
    ]


def _fold(line: bytes) -> bytes:
    pieces = [line[:75]]
    rest = line[75:]
    while rest:
        pieces.append(b" " + rest[:74])
        rest = rest[74:]
    return b"\r\n".join(pieces)


def _event(number: int) -> Event:
    at = datetime(2026, 11, 1, 1, 2, 3, tzinfo=UTC)
    return Event(
        uid=str(uuid4()),
        sequence=0,
        revised_at=at,
        created_at=at,
        starts=datetime(2026, 11, 24, 10, 0),
        ends=datetime(2026, 11, 24, 11, 30),
        timezone="Australia/Sydney",
        summary="Appointment – Saltwater",
        description="Questions? Call (02) 5550 1000.",
        location="Saltwater clinic, 1 Wharf Street, Saltwater NSW 2480",
        organiser_name="Saltwater",
        organiser_address="appointments@saltwater.example",
        attendee_name=f"Person {number}",
        attendee_address=f"person{number}@people.example",
    )
