"""`sma export`: the bytes that the page hands out, for somebody who may and who proves it; and nothing in the log."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyotp
import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from sma.claims import approve, make_batches, request_export, write_export
from sma.claims.formats import FORMATS, file_name
from sma.claims.queries import export_bytes
from sma.cli import app
from sma.core import clock, crypto
from sma.core.audit import AuditEvent
from sma.core.db import Database
from sma.core.settings import Settings
from sma.identity import Role, User, hash_password
from tests.factories import make_user
from tests.sma.claims.factories import CARDS, CLOSED, PEOPLE, leased, propose_now, yarn_up
from tests.sma.test_cli import folder, sma

__all__ = ["folder"]  # pytest finds the fixture here

PASSWORD = "a batch of seven lines"


@dataclass
class Clinic:
    database: Database
    reference: str
    web: dict[str, bytes]
    target: Path


@pytest.fixture
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Clinic]:
    """Two lines are frozen, and the worker has written every format of them."""
    (folder / "clock").write_text(CLOSED.isoformat())
    monkeypatch.setenv("SMA_TEST_CLOCK", str(folder / "clock"))
    sma("db", "upgrade")
    crypto.install(Settings(data_folder=folder, _env_file=None).keyring)  # type: ignore[call-arg]
    database = Database(f"sqlite:///{folder / 'sma.db'}")
    with database.write() as db:
        day = yarn_up(db)
        for name, role in (("karen", Role.BILLING), ("tahlia", Role.FRONT_DESK)):
            make_user(db, role, username=name)
    propose_now(database, day.session.id)
    with database.write() as db:
        for user in db.exec(select(User).where(col(User.username).in_(("karen", "tahlia")))):
            user.password_hash = hashed()
        for name in ("P01", "P02"):
            approve(db, day.line(db, name).id, item_number="23", by=day.doctor, now=CLOSED)
        (batch,) = make_batches(db, by=day.billing, now=CLOSED)
        asked = {format: request_export(db, batch.id, format, by=day.billing, now=CLOSED).id for format in FORMATS}
    for work in leased(database, now=CLOSED):
        if work.kind == "export.requested":
            write_export(database, work, now=CLOSED)
    target = tmp_path / "out"
    target.mkdir()
    web = {format: b"".join(export_bytes(database, export_id)) for format, export_id in asked.items()}
    yield Clinic(database, batch.reference, web, target)
    database.dispose()
    clock.use_test_clock(None)


@cache
def hashed() -> str:
    """Slow on purpose, so once."""
    return hash_password(PASSWORD)


def export(clinic: Clinic, format: str, *typed: str, user: str = "karen", batch: str | None = None):  # type: ignore[no-untyped-def]
    words = ["export", batch or clinic.reference, format, "--user", user, "--to", str(clinic.target)]
    return CliRunner().invoke(app, words, input="\n".join(typed) + "\n")


def test_every_format_has_the_bytes_of_the_page_and_a_manifest_that_proves_it(clinic: Clinic) -> None:
    for format, content in clinic.web.items():
        done = export(clinic, format, PASSWORD)
        assert done.exit_code == 0, done.output
        digest = hashlib.sha256(content).hexdigest()
        file = clinic.target / file_name(clinic.reference, format)
        assert file.read_bytes() == content
        assert digest in done.output
        facts = json.loads((clinic.target / f"{file.name}.manifest.json").read_text())
        assert (facts["sha256"], facts["file"]) == (digest, file.name)
        assert file.stat().st_mode & 0o077 == 0
    with clinic.database.read() as db:
        kept = [event for event in db.exec(select(AuditEvent)) if event.did == "export-by-command"]
    assert len(kept) == len(FORMATS)


def test_neither_output_nor_history_nor_file_name_tells_of_a_person(clinic: Clinic) -> None:
    done = export(clinic, "csv", PASSWORD)
    with clinic.database.read() as db:
        kept = str([event.model_dump() for event in db.exec(select(AuditEvent)) if event.did.startswith("export")])
    told = done.output + kept + " ".join(path.name for path in clinic.target.iterdir())
    for (card, _), (given, family) in zip(CARDS, PEOPLE, strict=True):
        assert not [word for word in (card, given, family) if word in told.split()]
        assert card not in told


@pytest.mark.parametrize(("user", "typed"), [("karen", "not my password"), ("tahlia", PASSWORD), ("nobody", PASSWORD)])
def test_without_proof_or_leave_nothing_is_written_and_all_hear_the_same(clinic: Clinic, user: str, typed: str) -> None:
    refused = export(clinic, "csv", typed, user=user)
    assert refused.exit_code == 1
    assert "Nothing was written." in refused.output
    assert list(clinic.target.iterdir()) == []


def test_where_a_second_factor_is_on_its_code_is_asked_for_too(clinic: Clinic) -> None:
    secret = pyotp.random_base32()
    with clinic.database.write() as db:
        karen = db.exec(select(User).where(User.username == "karen")).one()
        karen.totp_secret, karen.totp_confirmed_at = secret, CLOSED
    assert export(clinic, "csv", PASSWORD, "000000").exit_code == 1
    assert list(clinic.target.iterdir()) == []
    assert export(clinic, "csv", PASSWORD, pyotp.TOTP(secret).at(clock.now())).exit_code == 0


def test_a_file_that_is_there_is_never_written_over(clinic: Clinic) -> None:
    assert export(clinic, "csv", PASSWORD).exit_code == 0
    again = export(clinic, "csv", PASSWORD)
    assert again.exit_code == 1
    assert "Move it away first" in again.output


def test_an_unknown_batch_or_format_is_refused_by_name(clinic: Clinic) -> None:
    assert "no batch with that reference" in export(clinic, "csv", PASSWORD, batch="B19000101-01").output
    refused = export(clinic, "docx", PASSWORD)
    assert "csv, xlsx, json, fhir, pdf" in " ".join(refused.output.split())
    assert list(clinic.target.iterdir()) == []
