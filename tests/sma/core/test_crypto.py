"""What lies in the database is sealed, cannot be moved between columns, and survives a change of keys."""

import base64
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from sqlmodel import select

from sma import tables
from sma.appointments import Appointment
from sma.core.crypto import Encrypted, EncryptedWords, Keyring
from sma.core.db import Database
from sma.people import Coverage
from tests import factories

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()
INDEX = base64.b64encode(b"i" * 32).decode()


def test_a_card_number_stands_nowhere_in_the_database_as_it_is(database: Database) -> None:
    with database.write() as db:
        patient = factories.make_patient(db)
        db.add(
            Coverage(
                patient_id=patient.id,
                kind="medicare",
                number="2951201842",
                number_index="x",
                last_four_index="y",
                created_at=datetime(2026, 11, 23, tzinfo=UTC),
            )
        )
    with database.read() as db:
        (stored,) = db.connection().execute(text("SELECT number FROM coverage")).one()
        read_back = db.exec(select(Coverage)).one()

    assert "2951201842" not in stored
    assert b"2951201842" not in base64.b64decode(stored)
    assert read_back.number == "2951201842"


def test_a_sealed_value_copied_into_another_column_does_not_open() -> None:
    keyring = Keyring.parse(f"k1:{OLD}", INDEX)
    sealed = keyring.seal(b"2951201842", "coverage.number")

    with pytest.raises(InvalidTag):
        keyring.open(sealed, "patient.contact_note")


def test_what_an_older_key_sealed_still_opens_and_the_newest_key_seals() -> None:
    before = Keyring.parse(f"k1:{OLD}", INDEX)
    after = Keyring.parse(f"k2:{NEW},k1:{OLD}", INDEX)

    assert after.open(before.seal(b"note", "c"), "c") == b"note"
    assert after.seal(b"note", "c").startswith(b"k2:")
    assert after.blind("4184", "four") == before.blind("4184", "four")


def test_the_same_value_is_sealed_differently_each_time_and_found_by_one_index() -> None:
    keyring = Keyring.parse(f"k1:{OLD}", INDEX)

    assert keyring.seal(b"2951201842", "c") != keyring.seal(b"2951201842", "c")
    assert keyring.blind("2951201842", "one") != keyring.blind("2951201842", "other")


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring.parse("k1:" + base64.b64encode(b"short").decode(), INDEX)


def test_the_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"

    first, second = Keyring.kept_in(path), Keyring.kept_in(path)

    assert first.open(second.seal(b"note", "c"), "c") == b"note"
    assert path.stat().st_mode & 0o077 == 0
    assert "bytes" not in repr(first)


def test_reasons_are_sealed_together_and_where_nobody_gave_one_nothing_is_stored(database: Database) -> None:
    with database.write() as db:
        session, said = factories.make_session(db), {"minutes": "Walks with a frame"}
        explained = factories.make_appointment(db, session, passed_warnings=said).id
        plain = factories.make_appointment(db, session).id
    with database.read() as db:
        stored = dict(db.connection().execute(text("SELECT id, passed_warnings FROM appointment")).all())
        read_back = {place: db.get_one(Appointment, place).passed_warnings for place in (explained, plain)}

    assert [sealed is None for sealed in stored.values()].count(True) == 1
    assert not any("frame" in sealed or "minutes" in sealed for sealed in stored.values() if sealed)
    assert read_back == {explained: said, plain: {}}


def test_each_column_for_what_staff_write_freely_is_sealed() -> None:
    free = re.compile(r"(reason|note|term|answer|warnings)$")
    in_clear = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if free.search(column.name) and not isinstance(column.type, Encrypted | EncryptedWords)
    }

    # Why a place ended is chosen from a list.
    assert in_clear == {"appointment.reason"}
