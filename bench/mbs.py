"""Importing a published schedule against a bare streaming parse of the same file."""

import gzip
import hashlib
import tempfile
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from xml.etree.ElementTree import iterparse

from bench.measure import Row, interleaved
from billing import load_rulebook
from billing.mbs.schedule import Known, looked_at, propose, read_schedule
from billing.mbs.schedule.papers import written
from billing.rulebook import shipped_rulebook
from tests.billing.schedules import release, xml

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "mbs" / "MBS-XML-20250701.XML.gz"
COUNT = 5989


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file, which = _plain_file(Path(folder))
        ours, limit = interleaved(7, partial(_import, file, Path(folder) / "proposal.toml"), partial(_bare, file))
    label = f"sma mbs import of {COUNT:,} items / bare iterparse"
    return [Row(label, f"{ours * 1000:.0f} ms", f"{limit * 1000:.0f} ms", ours / limit, "<= 3", which)]


def _plain_file(folder: Path) -> tuple[Path, str]:
    """The published file unpacked, else an invented one with as many items and texts as long."""
    file = folder / "MBS-XML-20260901.XML"
    if PUBLISHED.exists():
        file.write_bytes(gzip.decompress(PUBLISHED.read_bytes()))
        return file, "the published file of July 2025"
    records = release(date(2026, 7, 1), load_rulebook(), count=COUNT)
    file.write_bytes(xml(*(record | {"Description": "Attendance of some kind. " * 40} for record in records.values())))
    return file, "an invented file"


def _import(file: Path, proposal: Path) -> None:
    """What the command does once it runs: read, check, compare, write the proposal."""
    published = read_schedule(file)
    # As if the file came after our items, whose fees are of a later year: every one differs and is judged.
    known = Known(rulebook=shipped_rulebook(), newest_on=date(2025, 6, 30), item_count=COUNT)
    found = propose(
        published,
        known,
        file_name=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        looked_at=looked_at(),
        now=datetime(2026, 11, 23, tzinfo=UTC),
        today=date(2026, 11, 23),
    )
    proposal.write_text(written(found))


def _bare(file: Path) -> None:
    for _, element in iterparse(file):
        if element.tag == "Data":
            element.clear()
