"""The same batch gives the same bytes for another user, in another place, on another day; and its manifest."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
import time_machine

from billing.exports import EXPORTS, filename, manifest
from tests.billing.exports.batches import PEOPLE, make_batch

ROOT = Path(__file__).parents[3]

WRITE = """
import os, sys, time
os.umask(int(sys.argv[1], 8))
from io import BytesIO
from billing.exports import EXPORTS, xlsx
from tests.billing.exports.batches import make_batch
for limit in (5000, 3):
    xlsx.BY_HAND = limit
    for name in sorted(EXPORTS):
        print(name, limit, EXPORTS[name].write(make_batch(), BytesIO()).sha256)
"""


def seals(zone: str, seed: str, locale: str, user: str, umask: str) -> str:
    environment = {
        **os.environ,
        "TZ": zone,
        "PYTHONHASHSEED": seed,
        "LC_ALL": locale,
        "USER": user,
        "LOGNAME": user,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", WRITE, umask], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_bytes_do_not_depend_on_seed_zone_locale_user_or_rights() -> None:
    here = seals("Australia/Sydney", "1", "C", "okafor", "022")
    there = seals("America/St_Johns", "2", "C.UTF-8", "lin", "077")
    assert here.count("\n") == 2 * len(EXPORTS)
    assert here == there


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_bytes_do_not_depend_on_the_day(name: str) -> None:
    first, second = BytesIO(), BytesIO()
    with time_machine.travel(datetime(2026, 11, 24, tzinfo=UTC)):
        EXPORTS[name].write(make_batch(), first)
    with time_machine.travel(datetime(2031, 7, 1, tzinfo=UTC)):
        EXPORTS[name].write(make_batch(), second)
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_a_stream_that_can_only_be_written_to_gets_the_same_file(name: str) -> None:
    class Chunks:
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def write(self, data: bytes) -> int:
            self.parts.append(bytes(data))
            return len(data)

        def flush(self) -> None: ...

    chunks, stream = Chunks(), BytesIO()
    EXPORTS[name].write(make_batch(), chunks)  # type: ignore[arg-type]
    EXPORTS[name].write(make_batch(), stream)
    assert b"".join(chunks.parts) == stream.getvalue()


def test_the_manifest_lets_a_reader_check_the_file() -> None:
    totals = EXPORTS["csv"].write(make_batch(), BytesIO())
    facts = json.loads(manifest(make_batch(), totals, "proposed-items-B20261124-01.csv"))
    assert facts["sha256"] == totals.sha256
    assert (facts["rows"], facts["benefit"], facts["benefit_cents"]) == (7, "315.35", 31535)
    assert facts["file"] == "proposed-items-B20261124-01.csv"
    assert facts["document"] == "Record of proposed items"


def test_neither_the_name_nor_the_manifest_tells_of_a_person() -> None:
    totals = EXPORTS["csv"].write(make_batch(), BytesIO())
    text = filename("B20261124-01", "xlsx") + manifest(make_batch(), totals, "proposed-items-B20261124-01.csv").decode()
    for family, given, _, card, _ in PEOPLE:
        assert not any(word in text for word in (family, given, card))


@pytest.mark.parametrize("reference", ["", "../secret", "B1 Banks", "-rf", "a" * 61])
def test_a_reference_unfit_for_a_file_name_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        make_batch(reference=reference)
    with pytest.raises(ValueError, match="reference"):
        filename(reference, "csv")


def test_a_batch_without_a_zone_on_its_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(make_batch(), exported_at=datetime(2026, 11, 24))
