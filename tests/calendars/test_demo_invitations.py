"""Every invitation of the demonstration clinic, as a mail server received it, judged by programs that are not ours."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from sma import demo
from sma.appointments import InvitationRevision
from sma.core.clock import now
from sma.core.db import Database
from sma.core.settings import Settings
from sma.messages import Communication
from tests.mailserver import Mail, PostOffice, post_office


@pytest.fixture
def received(database: Database, settings: Settings) -> list[Mail]:
    """What a real mail server got while the demonstration was loaded."""
    with post_office() as office:
        mailing = settings.model_copy(update={"mail_url": SecretStr(office.url)})
        demo.load(database, mailing, now=now())
        return list(_of(office))


def _of(office: PostOffice) -> list[Mail]:
    return [mail for mail in office.got if mail.calendar is not None]


@pytest.mark.parametrize("process_zone", ["America/New_York"])
def test_independent_readers_agree_with_the_zone_database_on_every_invitation_as_received(
    received: list[Mail],
    database: Database,
    libical_check: Callable[[list[Path]], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    process_zone: str,
) -> None:
    monkeypatch.setenv("TZ", process_zone)
    meant = _meant(database)
    assert len(received) > 50
    files = []
    for mail in received:
        name = str(mail.message["Message-ID"]).strip("<>").partition("@")[0]
        files.append(tmp_path / f"{name}.ics")
        files[-1].write_bytes(mail.calendar or b"")

    judged = Counter(libical_check(files))
    output = subprocess.check_output(
        [sys.executable, Path(__file__).with_name("read_starts.py"), tmp_path], env=os.environ | {"TZ": process_zone}
    )

    good = "parsed=1 restriction_ok=1 errors_before=0 errors_after=0 attendees=1 method="
    assert set(judged) == {good + "REQUEST", good + "CANCEL"}
    expected = {file.name: {"icalendar": meant[file.stem], "ical": meant[file.stem]} for file in files}
    assert json.loads(output) == expected


def _meant(database: Database) -> dict[str, list[str]]:
    """Start and end of each sent message by the revision's id, worked out by zoneinfo alone."""
    with database.read() as db:
        rows = db.exec(
            select(InvitationRevision).join(Communication, col(Communication.revision_id) == col(InvitationRevision.id))
        ).all()
    found = {}
    for row in rows:
        zone = ZoneInfo(row.details["timezone"])
        found[row.id.hex] = [
            datetime.fromisoformat(row.details[key]).replace(tzinfo=zone).astimezone(UTC).isoformat()
            for key in ("starts", "ends")
        ]
    return found
