"""The whole published file of 1 July 2025: its size and cost, its agreement with our items, twelve planted changes."""

import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from billing import load_rulebook
from billing.mbs.schedule import Schedule, anomalies, changes, differences, looked_at, ours_on, read_schedule

FILE = Path(__file__).parents[3] / "shared" / "data" / "mbs" / "MBS-XML-20250701.XML.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"needs the published schedule file {FILE.name}")

COST = """
import re, sys, time
from pathlib import Path
from billing.mbs.schedule import read_schedule
start = time.perf_counter()
count = len(read_schedule(Path(sys.argv[1])).items)
# Not ru_maxrss: it survives exec, so a child of a large test process would answer for its parent.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(count, time.perf_counter() - start, peak // 1024)
"""

ITEM = r"<Data><ItemNum>{number}</ItemNum>.*?</Data>"


@cache
def whole() -> Schedule:
    return read_schedule(FILE)


@cache
def text() -> str:
    return gzip.decompress(FILE.read_bytes()).decode()


def with_item(xml: str, number: str, change: Callable[[str], str]) -> str:
    changed, times = re.subn(ITEM.format(number=number), lambda found: change(found[0]), xml, flags=re.DOTALL)
    assert times == 1
    assert changed != xml
    return changed


def replacing(old: str, new: str) -> Callable[[str], str]:
    return lambda record: re.sub(old, new, record, count=1)


PLANTED: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("23", "fee", replacing("<ScheduleFee>43.90<", "<ScheduleFee>44.90<")),
    ("81105", "fee", replacing("<ScheduleFee>[^<]*<", "<ScheduleFee>23.25<")),
    ("30473", "fee", replacing("<ScheduleFee>[^<]*<", "<ScheduleFee>1.05<")),
    ("36", "benefit-type", replacing("<BenefitType>E<", "<BenefitType>B<")),
    ("81110", "benefit-type", replacing("<BenefitType>B<", "<BenefitType>C<")),
    ("44", "vanished", lambda _: ""),
    ("81120", "vanished", lambda _: ""),
    ("81125", "new", lambda record: record + record.replace(">81125<", ">81126<", 1)),
    ("10997", "new", lambda record: record + record.replace(">10997<", ">10998<", 1)),
    ("24", "derived-fee", replacing(r"\$30\.70", "$31.50")),
    ("37", "derived-fee", replacing("six patients", "five patients")),
    ("124", "derived-fee", replacing(r"\$2\.45", "$2.50")),
)
NAMED = sorted(({"81125": "81126", "10997": "10998"}.get(number, number), kind) for number, kind, _ in PLANTED)


@cache
def planted() -> Schedule:
    xml = text()
    for number, _, change in PLANTED:
        xml = with_item(xml, number, change)
    return read_schedule(BytesIO(xml.encode()), effective_on=whole().effective_on)


def test_the_whole_file_is_read_in_seconds_and_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", COST, str(FILE)], capture_output=True, text=True, check=True)
    count, seconds, megabytes = done.stdout.split()
    assert int(count) == 5989
    assert float(seconds) < 10
    assert int(megabytes) < 300


def test_the_published_file_raises_no_warning() -> None:
    assert anomalies(whole()) == []


def test_twelve_planted_changes_are_named_against_the_earlier_file_and_nothing_else() -> None:
    found = changes(whole(), planted())
    assert sorted((one.item_number, one.kind) for one in found) == NAMED
    assert len(NAMED) == 12


def test_our_items_agree_with_the_file_of_their_day() -> None:
    ours = ours_on(load_rulebook(), whole().effective_on)
    found = differences(whole(), ours, looked_at=looked_at())
    assert [one.sentence for one in found if one.kind != "no-version"] == []


def test_the_planted_changes_of_our_items_are_named_without_an_earlier_file() -> None:
    ours = ours_on(load_rulebook(), planted().effective_on)
    found = differences(planted(), ours, looked_at=looked_at())
    # The one planted in an operation is none of ours.
    assert sorted((one.item_number, one.kind) for one in found) == [one for one in NAMED if one[0] != "30473"]


def test_fees_of_another_year_are_shown_with_the_indexation() -> None:
    this_year = ours_on(load_rulebook(), whole().effective_on.replace(year=2026))
    found = {one.item_number: one for one in differences(whole(), this_year, looked_at=looked_at())}
    assert "factor 1.026" in found["23"].note
    assert (found["23"].theirs, found["23"].ours) == ("$43.90", "$45.05")
