"""Today and Week with 50 sessions, from one process on SQLite, beside the template alone."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event

from bench.load import get, run
from bench.measure import Row
from bench.servers import serving
from sma import tables
from sma.core import crypto
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import Role
from tests import factories

PAGES, CLIENTS = 900, 8


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'sma.db'}"
        token = fill(folder, url, sessions=50)
        cookie = f"sma_session={token}"
        found = []
        plain = _plain(folder, url)
        for path in ("/today", "/week"):
            with serving("bench.product", folder, url) as port:
                run(port, [get(path, cookie)] * 50, connections=CLIENTS)
                ours = run(port, [get(path, cookie)] * PAGES, connections=CLIENTS)
            alone = _template_alone(folder, url, token, path)
            statements = [_statements(folder, url, token, path)]
            note = f"{statements[0]} statements; {ours.statuses}"
            found.append(
                Row(
                    f"{path} with 50 sessions, pages a second",
                    f"{ours.rate:.0f}/s",
                    f"{alone:.0f}/s",
                    ours.rate / alone,
                    ">= 300/s",
                    note,
                )
            )
            what = f"{path} / a plain ORM page of 50 rows"
            found.append(Row(what, f"{ours.rate:.0f}/s", f"{plain:.0f}/s", ours.rate / plain, ">= 1.5"))
        return found


def _plain(folder: Path, url: str) -> float:
    with serving("bench.plain", folder, url) as port:
        run(port, [get("/rows")] * 50, connections=CLIENTS)
        return run(port, [get("/rows")] * PAGES, connections=CLIENTS).rate


def _template_alone(folder: Path, url: str, token: str, path: str) -> float:
    """Render the same page again and again from the values its handler gave, without HTTP or database."""
    import time

    from fastapi.testclient import TestClient
    from jinja2 import Template

    from sma.app import create_app

    kept: list[tuple[Template, dict[str, object]]] = []
    app = create_app(Settings(data_folder=folder, database_url=url))
    original = Template.render

    def keeping(self: Template, *values: dict[str, object]) -> str:
        kept.append((self, dict(values[0])))
        return original(self, *values)

    Template.render = keeping  # type: ignore[method-assign]
    try:
        with TestClient(app) as client:
            client.cookies.set("sma_session", token)
            assert client.get(path).status_code == 200
    finally:
        Template.render = original  # type: ignore[method-assign]
    template, values = kept[-1]
    template.render(values)
    began = time.perf_counter()
    for _ in range(300):
        template.render(values)
    return 300 / (time.perf_counter() - began)


def _statements(folder: Path, url: str, token: str, path: str) -> int:
    from fastapi.testclient import TestClient

    from sma.app import create_app

    app = create_app(Settings(data_folder=folder, database_url=url))
    counted: list[str] = []
    event.listen(app.state.database.engine, "after_cursor_execute", lambda *args: counted.append(args[2]))
    with TestClient(app) as client:
        client.cookies.set("sma_session", token)
        client.get(path)
    return len([each for each in counted if not each.startswith("BEGIN")])


def fill(folder: Path, url: str, *, sessions: int, create: bool = True) -> str:
    """Put a full day into a database and return the token of somebody signed in."""
    crypto.install(Settings(data_folder=folder).keyring)
    database = Database(url)
    if create:
        tables.metadata.create_all(database.engine)
    today = datetime.now(ZoneInfo("Australia/Sydney")).date()
    with database.write() as db:
        _, token = factories.make_login(db, Role.MANAGER, username="bench")
        location, program = factories.make_location(db), factories.make_program(db)
        clinician = factories.make_practitioner(db, location)
        facilitator = factories.make_practitioner(db, given_names="Marcus", family_name="Webb")
        for number in range(sessions):
            starts = datetime.combine(today, datetime.min.time(), UTC) + timedelta(minutes=10 * number)
            session = factories.make_session(
                db,
                location=location,
                program=program,
                clinician=clinician,
                facilitator=facilitator,
                starts_at=starts,
                held_on=today,
            )
            for _ in range(4):
                factories.make_appointment(db, session)
    database.dispose()
    return token
