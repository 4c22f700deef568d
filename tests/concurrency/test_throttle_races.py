"""Several tries under one name at the same moment, the first ever made under it."""

from collections import Counter
from functools import partial

import pytest

from sma.core import throttle
from sma.core.db import Database
from tests.concurrency.races import at_once
from tests.conftest import NOW

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(120)]

TRIES, ALLOWED = 8, 5


def test_first_tries_at_once_are_all_counted_and_none_fails(clinic: Database) -> None:
    answers = at_once([partial(_try, clinic) for _ in range(TRIES)])

    assert Counter(answers) == {True: ALLOWED, False: TRIES - ALLOWED}


def _try(clinic: Database) -> bool:
    with clinic.write() as db:
        return throttle.take(db, "sign-in:tahlia", capacity=ALLOWED, per_seconds=900.0, now=NOW)
