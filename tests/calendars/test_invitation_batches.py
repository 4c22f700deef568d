"""A whole session's files, written faster, are the same files."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import (
    TIMEZONES,
    AnotherSession,
    Event,
    cancellation,
    invitation,
    session_cancellations,
    session_invitations,
)

MakeEvent = Callable[..., Event]


def people(event: Event, text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Event]]:
    """Several revisions of several people's places in the session of `event`."""
    moments = st.datetimes(datetime(2024, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
    stamps = moments.map(lambda at: at.replace(microsecond=0))
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    person = st.fixed_dictionaries(
        {
            "uid": st.text(letters + "-@.", min_size=1, max_size=64),
            "sequence": st.integers(0, 10**6),
            "revised_at": stamps,
            "created_at": stamps,
            "summary": text,
            "description": text,
            "location": text,
            "attendee_name": text,
            "attendee_address": st.text(letters + "+'%&=", min_size=1, max_size=60).map("{}@example.net".format),
        }
    )
    return st.lists(person.map(lambda changes: replace(event, **changes)), min_size=1, max_size=4)


@settings(deadline=None, max_examples=200)
@given(data=st.data(), zone=st.sampled_from(sorted(TIMEZONES)), rsvp=st.booleans())
def test_a_batch_writes_what_the_full_build_writes(
    make_event: MakeEvent, anything: st.SearchStrategy[str], data: st.DataObject, zone: str, rsvp: bool
) -> None:
    session = make_event(timezone=zone, organiser_name=data.draw(anything, label="organiser"))
    invite, cancel = session_invitations(session, rsvp=rsvp), session_cancellations(session)

    for event in data.draw(people(session, anything), label="people"):
        assert invite(event) == invitation(event, rsvp=rsvp)
        assert cancel(event) == cancellation(event)


def test_nobody_receives_a_word_of_the_person_before(make_event: MakeEvent) -> None:
    session = make_event()
    invite = session_invitations(session)
    everyone = [
        replace(
            session,
            uid=f"uid{token}@saltwater.example",
            attendee_name=f"Name{token}",
            attendee_address=f"mail{token}@example.net",
            description=f"Text{token}",
            location=f"Place{token}",
            revised_at=session.revised_at + timedelta(seconds=number),
        )
        for number, token in enumerate(f"T{number:03}K" for number in range(12))
    ]

    for number, event in enumerate(everyone):
        written = invite(event).replace(b"\r\n ", b"")
        named = {f"T{other:03}K" for other in range(12) if f"T{other:03}K".encode() in written}
        assert named == {f"T{number:03}K"}
        assert b"Yunupi" not in written


def test_a_person_of_another_session_is_refused(make_event: MakeEvent) -> None:
    invite = session_invitations(make_event())

    for changes in (
        {"starts": datetime(2026, 12, 1, 9)},
        {"ends": datetime(2026, 12, 1, 12)},
        {"timezone": "Australia/Hobart"},
        {"organiser_name": "Other Clinic"},
        {"organiser_address": "other@saltwater.example"},
    ):
        with pytest.raises(AnotherSession):
            invite(make_event(**changes))
