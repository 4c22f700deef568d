"""Calendar parts written for a whole session at once are those of the full build."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calendars import Event, cancellation, invitation
from sma.messages.compose import _BATCHES_KEPT, _calendar
from tests.sma.messages.test_mime import EVENT

PEOPLE = [
    EVENT,
    replace(EVENT, uid="a@saltwater.example", attendee_name="Noel Ah Kit", attendee_address="noel@example.net"),
    replace(EVENT, uid="b@saltwater.example", sequence=3, revised_at=EVENT.revised_at + timedelta(days=1)),
    replace(EVENT, description="Questions? Call (02) 9000 0099.", location="7 River St"),
]
SESSIONS = [
    EVENT,
    replace(EVENT, timezone="Australia/Darwin"),
    replace(EVENT, organiser_name="Freshwater Clinic"),
    replace(EVENT, organiser_address="mail@freshwater.example"),
    replace(EVENT, ends=EVENT.ends + timedelta(minutes=15)),
]


@pytest.mark.parametrize(("method", "whole"), [("REQUEST", invitation), ("CANCEL", cancellation)])
def test_everybody_of_a_session_gets_the_bytes_of_the_full_build(method: str, whole: object) -> None:
    assert callable(whole)
    for person in PEOPLE * 2:
        assert _calendar(person, method) == whole(person)


def test_an_invitation_is_never_written_from_the_batch_of_another_session_or_of_a_cancellation() -> None:
    for event in SESSIONS * 2:
        assert _calendar(event, "CANCEL") == cancellation(event)
        assert _calendar(event, "REQUEST") == invitation(event)


def test_more_sessions_than_are_kept_still_get_their_own_files() -> None:
    days = [_on_day(number) for number in range(_BATCHES_KEPT * 2)]
    assert all(_calendar(event, "REQUEST") == invitation(event) for event in days + days[::-1])


def _on_day(number: int) -> Event:
    return replace(EVENT, starts=EVENT.starts + timedelta(days=number), ends=EVENT.ends + timedelta(days=number))
