"""An allowance that is used up, and comes back with time."""

from datetime import timedelta

from sma.core import throttle
from sma.core.db import WriteSession
from tests.conftest import NOW


def test_an_allowance_is_used_up_and_comes_back_evenly(db: WriteSession) -> None:
    tries = [throttle.take(db, "door", capacity=2, per_seconds=60, now=NOW) for _ in range(3)]
    soon = throttle.take(db, "door", capacity=2, per_seconds=60, now=NOW + timedelta(seconds=29))
    later = throttle.take(db, "door", capacity=2, per_seconds=60, now=NOW + timedelta(seconds=31))

    assert tries == [True, True, False]
    assert (soon, later) == (False, True)


def test_one_persons_tries_leave_the_next_persons_alone(db: WriteSession) -> None:
    throttle.take(db, "tahlia", capacity=1, per_seconds=60, now=NOW)

    assert not throttle.take(db, "tahlia", capacity=1, per_seconds=60, now=NOW)
    assert throttle.take(db, "marcus", capacity=1, per_seconds=60, now=NOW)


def test_a_clock_that_went_back_gives_nothing(db: WriteSession) -> None:
    throttle.take(db, "door", capacity=1, per_seconds=60, now=NOW)

    assert not throttle.take(db, "door", capacity=1, per_seconds=60, now=NOW - timedelta(hours=1))
