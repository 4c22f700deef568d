"""A password is given anew while somebody signs in with the old one: they do not come in behind it."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from sma.core.db import Database
from sma.identity import CurrentUser, Role, create_user, hash_password, set_password
from sma.identity.actions import Entry, change_user, open_session, password_fits
from sma.identity.current import SignInNeeded, as_current
from sma.identity.models import LoginSession, User
from tests.conftest import NOW
from tests.factories import make_user

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(120)]

OLD, FRESH = "a short sentence", "another sentence"


@pytest.fixture
def admin(clinic: Database) -> CurrentUser:
    with clinic.write() as db:
        return replace(make_user(db, Role.ADMINISTRATOR), stepped_up_at=NOW)


@pytest.fixture
def tahlia(clinic: Database, admin: CurrentUser) -> User:
    """Tahlia, as she was when her old password was checked a moment ago."""
    with clinic.write() as db:
        desk = frozenset({Role.FRONT_DESK})
        create_user(db, "tahlia", display_name="Tahlia", password=OLD, roles=desk, by=admin, now=NOW)
    with clinic.read() as db:
        checked = password_fits(db, "tahlia", OLD)
    assert checked is not None
    return checked


def enter(clinic: Database, checked: User) -> Entry | None:
    with clinic.write() as db:
        return open_session(db, checked, device="", hours=1, now=NOW)


def still_in(clinic: Database) -> int:
    with clinic.read() as db:
        return len(db.exec(select(LoginSession).where(LoginSession.revoked_at == None)).all())  # noqa: E711


def test_a_password_given_between_the_check_and_the_door_shuts_it(
    clinic: Database, admin: CurrentUser, tahlia: User
) -> None:
    with clinic.write() as db:
        set_password(db, tahlia.id, hash_password(FRESH), by=admin, now=NOW)

    assert enter(clinic, tahlia) is None
    assert still_in(clinic) == 0


def test_somebody_shut_out_between_the_check_and_the_door_stays_out(
    clinic: Database, admin: CurrentUser, tahlia: User
) -> None:
    with clinic.write() as db:
        change_user(
            db,
            tahlia.id,
            display_name="Tahlia",
            roles=frozenset({Role.FRONT_DESK}),
            active=False,
            version=1,
            by=admin,
            now=NOW,
        )

    assert enter(clinic, tahlia) is None


def test_a_second_factor_switched_on_between_the_check_and_the_door_is_asked_for(
    clinic: Database, tahlia: User
) -> None:
    with clinic.write() as db:
        db.get_one(User, tahlia.id).totp_confirmed_at = NOW

    assert enter(clinic, tahlia) is None


def test_a_sign_in_waits_for_a_password_that_is_being_given(clinic: Database, admin: CurrentUser, tahlia: User) -> None:
    with ThreadPoolExecutor(1) as hand:
        with clinic.write() as db:
            set_password(db, tahlia.id, hash_password(FRESH), by=admin, now=NOW)
            coming = hand.submit(enter, clinic, tahlia)
            time.sleep(0.3)
        assert coming.result(timeout=30) is None
    assert still_in(clinic) == 0


def test_a_password_being_given_ends_the_sign_in_that_was_just_before(
    clinic: Database, admin: CurrentUser, tahlia: User
) -> None:
    fresh = hash_password(FRESH)

    def give() -> None:
        with clinic.write() as db:
            set_password(db, tahlia.id, fresh, by=admin, now=NOW)

    with ThreadPoolExecutor(1) as hand:
        with clinic.write() as db:
            assert open_session(db, tahlia, device="", hours=1, now=NOW) is not None
            db.flush()
            given = hand.submit(give)
            time.sleep(0.3)
        given.result(timeout=30)
    assert still_in(clinic) == 0


def test_whoever_was_signed_out_by_a_given_password_chooses_no_other(
    clinic: Database, admin: CurrentUser, tahlia: User
) -> None:
    assert enter(clinic, tahlia) is not None
    with clinic.read() as db:
        session = db.exec(select(LoginSession)).one()
    herself = replace(as_current(tahlia, frozenset()), login_session_id=session.id)
    with clinic.write() as db:
        set_password(db, tahlia.id, hash_password(FRESH), by=admin, now=NOW)

    with pytest.raises(SignInNeeded), clinic.write() as db:
        set_password(db, tahlia.id, hash_password("a sentence of hers"), by=herself, now=NOW)
    with clinic.read() as db:
        assert password_fits(db, "tahlia", FRESH) is not None
