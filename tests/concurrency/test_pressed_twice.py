"""One form sent many times at the same moment: one effect, and the same answer for each press."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import SQLModel, select

from sma.core.db import Database
from sma.identity import Role, User
from sma.people import Location, Patient, Practitioner
from tests.concurrency.races import at_once, post, served
from tests.engines import clinic_database
from tests.factories import make_login

pytestmark = [pytest.mark.concurrency, pytest.mark.timeout(200)]

PRESSES = 10
FORMS: list[tuple[Role, str, dict[str, str], type[SQLModel], str]] = [
    (
        Role.ADMINISTRATOR,
        "/users",
        {"username": "marcus", "display_name": "Marcus", "password": "a short sentence", "roles": "facilitator"},
        User,
        "username",
    ),
    (Role.MANAGER, "/people", {"preferred_name": "Ruth"}, Patient, "preferred_name"),
    (Role.MANAGER, "/locations", {"name": "The shed", "timezone": "Australia/Brisbane"}, Location, "name"),
    (
        Role.MANAGER,
        "/practitioners",
        {"given_names": "Leah", "family_name": "Kemp", "profession": "dietitian"},
        Practitioner,
        "given_names",
    ),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with clinic_database(request.param, tmp_path) as found:
        yield found


def test_a_form_pressed_ten_times_at_once_acts_once_and_leads_every_press_to_one_page(url: str, tmp_path: Path) -> None:
    clinic = Database(url)
    with clinic.write() as db:
        tokens = {role: make_login(db, role, username=f"user-{role}")[1] for role in (Role.ADMINISTRATOR, Role.MANAGER)}

    with served(url, tmp_path, processes=2) as ports:
        for role, path, answers, _, _ in FORMS:
            form = answers | {"idempotency_key": uuid4().hex}
            acts = [partial(post, ports[n % 2], path, tokens[role], form) for n in range(PRESSES)]
            told = Counter(at_once(acts))

            assert {status for status, _ in told} == {303}, (path, told)
            assert len(told) == 1, (path, told)

    with clinic.read() as db:
        for _, path, answers, table, name in FORMS:
            made = [row for row in db.exec(select(table)) if getattr(row, name) == answers[name]]
            assert len(made) == 1, path
    clinic.dispose()
