"""What stands in one person's file, judged on its bytes."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import (
    TIMEZONES,
    Event,
    NotAnAddress,
    NotAnEvent,
    UnknownZone,
    WallTimeGap,
    WallTimeOverlap,
    cancellation,
    invitation,
)

MakeEvent = Callable[..., Event]
Lines = Callable[[bytes], list[str]]
GOLDEN = Path(__file__).with_name("golden")


def test_the_invitation_is_the_reviewed_file(make_event: MakeEvent) -> None:
    assert invitation(make_event()) == (GOLDEN / "invitation_sydney.ics").read_bytes()


def test_the_cancellation_is_the_reviewed_file(make_event: MakeEvent) -> None:
    event = make_event(timezone="Australia/Lord_Howe", sequence=2, attendee_name="陈 美玲, “Mei”")

    assert cancellation(event) == (GOLDEN / "cancellation_lord_howe.ics").read_bytes()


def test_the_reviewed_invitation_has_the_lines_we_promise(make_event: MakeEvent, unfolded: Lines) -> None:
    lines = unfolded(invitation(make_event()))

    assert lines[:7] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//SMA Scheduler//Calendars 1//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
        "TZID:Australia/Sydney",
    ]
    assert {
        "DTSTAMP:20261123T010203Z",
        "CREATED:20261120T040506Z",
        "LAST-MODIFIED:20261123T010203Z",
        "SEQUENCE:0",
        "DTSTART;TZID=Australia/Sydney:20261201T100000",
        "DTEND;TZID=Australia/Sydney:20261201T113000",
        "SUMMARY:Appointment – Saltwater",
        r"DESCRIPTION:Please come 10 minutes early.\nQuestions? Call (02) 9000 0000.",
        r"LOCATION:Room 2\, Level 1\; 5 River St",
        'ORGANIZER;CN="Saltwater Clinic":mailto:invites@saltwater.example',
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
    } <= set(lines)


def test_moving_an_appointment_keeps_its_uid_and_raises_its_sequence(make_event: MakeEvent, unfolded: Lines) -> None:
    first = make_event()
    moved = replace(first, starts=first.starts + timedelta(minutes=30), sequence=1)

    lines = unfolded(invitation(moved))

    assert f"UID:{first.uid}" in lines
    assert "SEQUENCE:1" in lines
    assert "DTSTART;TZID=Australia/Sydney:20261201T103000" in lines


def test_a_cancelled_appointment_leaves_the_calendar(make_event: MakeEvent, unfolded: Lines) -> None:
    lines = unfolded(cancellation(make_event(sequence=3)))

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3"} <= set(lines)
    assert "METHOD:REQUEST" not in lines
    assert "STATUS:CONFIRMED" not in lines
    assert sum(line.startswith("ATTENDEE") for line in lines) == 1


@pytest.mark.parametrize(("rsvp", "word"), [(False, "FALSE"), (True, "TRUE")])
def test_the_one_person_invited_is_asked_to_answer_only_where_answers_are_read(
    make_event: MakeEvent, unfolded: Lines, rsvp: bool, word: str
) -> None:
    lines = unfolded(invitation(make_event(), rsvp=rsvp))

    assert [line for line in lines if line.startswith("ATTENDEE")] == [
        'ATTENDEE;CN="Gäwa Yunupiŋu";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;'
        f"ROLE=REQ-PARTICIPANT;RSVP={word}:mailto:gawa@example.net"
    ]


@pytest.mark.parametrize("zone", TIMEZONES)
@pytest.mark.parametrize("write", [invitation, cancellation])
def test_no_file_holds_what_calendar_programs_stumble_over(
    make_event: MakeEvent, unfolded: Lines, write: Callable[[Event], bytes], zone: str
) -> None:
    lines = unfolded(write(make_event(timezone=zone)))
    event = lines[lines.index("BEGIN:VEVENT") :]
    unwanted = "RRULE RDATE EXDATE RECURRENCE-ID DURATION X-ALT-DESC BEGIN:VALARM IMAGE COMMENT CONTACT URL"

    assert not [line for line in event if line.startswith(tuple(unwanted.split()))]
    assert not [line for line in lines if line.startswith(("X-WR-", "NAME", "RDATE"))]
    assert sum(line.startswith("UID:") for line in lines) == 1
    assert lines.count("BEGIN:VEVENT") == lines.count("BEGIN:VTIMEZONE") == lines.count("BEGIN:STANDARD") == 1


def test_the_file_says_nothing_about_the_others_or_the_reason(make_event: MakeEvent) -> None:
    for write in (invitation, cancellation):
        data = write(make_event(location="5 River St")).decode().lower()
        words = ("men", "women", "yarn", "diabetes", "group", "aboriginal", "shared", "medical")

        # Parts of the format's own names ("COMMENT", "appointment") are not words of ours.
        assert not [word for word in words if re.search(rf"\b{word}\b", data)]


def test_sending_again_gives_the_same_bytes(make_event: MakeEvent) -> None:
    assert invitation(make_event()) == invitation(make_event())


@settings(deadline=None)
@given(data=st.data())
def test_any_text_becomes_a_sound_file_that_reads_back(
    make_event: MakeEvent, anything: st.SearchStrategy[str], data: st.DataObject
) -> None:
    fields = ("summary", "description", "location", "organiser_name", "attendee_name")
    event = make_event(**{field: data.draw(anything, label=field) for field in fields})

    written = invitation(event)

    lines = written.split(b"\r\n")
    assert lines.pop() == b""
    for line in lines:
        assert len(line) <= 75
        line.decode("utf-8")  # no fold inside a letter
        assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)
    read = icalendar.Calendar.from_ical(written)
    assert not [error for part in read.walk() for error in part.errors]
    assert len(read.events) == 1
    (person,) = read.events[0].attendees
    assert person == "mailto:gawa@example.net"
    assert not set('"^\\\r\n\u202e\u2066') & set(person.params.get("CN", ""))
    assert written.upper().count(b"\r\nATTENDEE") == written.upper().count(b"\r\nORGANIZER") == 1


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ḏäwurr Yolŋu", "Ḏäwurr Yolŋu"),
        ("أمل الحداد", "أمل الحداد"),
        ("陈 美玲", "陈 美玲"),
        ("👩🏾‍⚕️ Dot", "👩🏾‍⚕️ Dot"),
        ("Lin, Dr; Jo: “the” one", "Lin, Dr; Jo: “the” one"),
        ("Ga\u0308wa", "Gäwa"),
        ('Jo "Blue" O\'Hara ^n', "Jo Blue O'Hara n"),
        ("\u202egnp.exe\u2069", "gnp.exe"),
        ("two\r\nlines", "two lines"),
        ("a\\nb", "anb"),
    ],
)
def test_a_name_keeps_every_letter_and_loses_what_readers_misread(
    make_event: MakeEvent, given_name: str, kept: str
) -> None:
    read = icalendar.Calendar.from_ical(invitation(make_event(attendee_name=given_name)))

    assert read.events[0].attendees[0].params["CN"] == kept


def test_lines_of_the_description_stay_lines(make_event: MakeEvent) -> None:
    event = make_event(description="one\r\ntwo\rthree\u2028four\u0085five, six; seven\tend")

    read = icalendar.Calendar.from_ical(invitation(event))

    assert read.events[0].description == "one\ntwo\nthree\nfour\nfive, six; seven\tend"


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("o'hara+sma@example.net", "mailto:o'hara+sma@example.net"),
        ("a%b&c=d@example.net", "mailto:a%25b%26c%3Dd@example.net"),
        ("jo@bücher.example", "mailto:jo@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_written_as_bare_mailto(make_event: MakeEvent, address: str, uri: str) -> None:
    read = icalendar.Calendar.from_ical(invitation(make_event(attendee_address=address)))

    assert read.events[0].attendees[0] == uri


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jo",
        "@example.net",
        "jo@",
        "jo hn@example.net",
        "jo@example.net\r\nATTENDEE:x",
        "ŋ@example.net",
        "Jo <jo@example.net>",
        "jo@exa mple.net",
        "a@b@example.net",
        "jo,ann@example.net",
        "jo@.example",
    ],
)
def test_an_address_no_server_takes_is_refused_without_repeating_it(make_event: MakeEvent, address: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        make_event(attendee_address=address)

    assert "email address" in refused.value.message
    assert not address or address not in refused.value.message


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"uid": ""}, NotAnEvent),
        ({"uid": "x" * 65}, NotAnEvent),
        ({"uid": "Gäwa"}, NotAnEvent),
        ({"uid": "a\r\nb"}, NotAnEvent),
        ({"sequence": -1}, NotAnEvent),
        ({"revised_at": datetime(2026, 11, 23, 1, 2, 3)}, NotAnEvent),
        ({"revised_at": datetime(2026, 11, 23, 1, 2, 3, 4, tzinfo=UTC)}, NotAnEvent),
        ({"created_at": datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=10)))}, NotAnEvent),
        ({"ends": datetime(2026, 12, 1, 10, 0)}, NotAnEvent),
        ({"starts": datetime(2026, 12, 1, 10, 0, 0, 1)}, NotAnEvent),
        ({"starts": datetime(2026, 12, 1, 10, 0, tzinfo=UTC)}, ValueError),
        ({"timezone": "Pacific/Norfolk", "starts": datetime(2019, 4, 6, 9)}, NotAnEvent),
        ({"timezone": "Europe/Paris"}, UnknownZone),
        ({"starts": datetime(2026, 10, 4, 2, 30), "ends": datetime(2026, 10, 4, 4)}, WallTimeGap),
        ({"starts": datetime(2027, 4, 4, 1, 30), "ends": datetime(2027, 4, 4, 2, 30)}, WallTimeOverlap),
        ({"organiser_address": "GAWA@example.net"}, NotAnEvent),
    ],
)
def test_an_appointment_that_would_be_misread_cannot_exist(
    make_event: MakeEvent, changes: dict[str, object], error: type[ValueError]
) -> None:
    with pytest.raises(error):
        make_event(**changes)
