"""A batch on paper: what a provider signs and a person keys from, the same bytes every time."""

import os
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from billing.exports import Batch, numbered
from sma.claims.formats import FORMATS, MEANINGS, NAMES, file_name
from sma.claims.papers.batch import write_batch_pdf
from tests.billing.exports.batches import make_batch, make_line, replacing_batch

ROOT = Path(__file__).parents[3]
WRITE = """
from io import BytesIO
from sma.claims.papers.batch import write_batch_pdf
from tests.billing.exports.batches import make_batch
print(write_batch_pdf(make_batch(timezone="Australia/Sydney"), BytesIO()).sha256)
"""


def pages(batch: Batch) -> list[str]:
    stream = BytesIO()
    write_batch_pdf(batch, stream)
    return [" ".join(page.extract_text().split()) for page in PdfReader(stream).pages]


def test_the_cover_says_which_batch_whose_and_what_it_comes_to() -> None:
    cover, _ = pages(make_batch(timezone="Australia/Sydney"))
    for words in (
        "Record of proposed items: batch B20261124-01",
        "Dr Okafor, 2447781L",
        "the servicing provider",
        "Riverside, Room 2",
        "Vouchers 7",
        "7, and 0 taken back",
        "$315.35",
        "24/11/2026 13:15 (Australia/Sydney)",
        "I gave these services",
        "page 1 of 2",
    ):
        assert words in cover
    assert "ARCHIBALD" not in cover


def test_the_list_stands_in_the_order_of_the_form_with_cards_in_groups_and_benefits() -> None:
    shown = pages(make_batch([make_line(1, line_no=1), make_line(0, line_no=2, number_of_patients_seen=8)]))[1]
    assert shown.index("ARCHIBALD, Dante") < shown.index("BALLANTYNE, Flavia")
    assert "4951 65167 1 1 02/12/1985 24/11/2026 23 $45.05 8 2" in shown


def test_what_is_taken_back_stands_apart_and_a_list_of_many_pages_repeats_its_heading() -> None:
    *_, last = pages(replacing_batch())
    assert "Taken back" in last
    assert "-$20.55" in last
    assert "line 5 of B20261124-01" in last
    long = pages(make_batch(numbered(make_line(n % 7, patient_ref=f"{n:03}", mbs_item=str(n)) for n in range(60))))
    assert len(long) > 2
    assert all("Medicare card" in page for page in long[1:])
    assert f"page {len(long)} of {len(long)}" in long[-1]


def test_veterans_stand_with_their_file_and_allied_lines_with_the_referral() -> None:
    referred = {"referral_provider_number": "2448261H", "referral_issue_date": date(2026, 9, 1)}
    veteran = make_line(0, billing_type="dva", dva_file_number="NX5A", service_type_code="S", **referred)
    shown = pages(make_batch([veteran]))[1]
    assert "DVA file" in shown
    assert "NX5A" in shown
    assert "referred by 2448261H, 01/09/2026" in shown.replace("/ ", "/")


def test_it_is_never_said_to_be_submitted() -> None:
    assert "submitted" not in " ".join([*pages(make_batch()), *pages(replacing_batch())]).lower()


def test_the_bytes_do_not_depend_on_seed_zone_or_locale() -> None:
    seals = set()
    for zone, seed, locale in (("Australia/Sydney", "1", "C"), ("America/St_Johns", "2", "C.UTF-8")):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", WRITE]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        seals.add(done.stdout)
    assert len(seals) == 1


def test_every_format_has_a_name_a_meaning_and_a_file_name_without_people() -> None:
    assert set(NAMES) == set(MEANINGS) == set(FORMATS)
    assert {file_name("B20261124-01", format) for format in FORMATS} == {
        f"proposed-items-B20261124-01.{ending}" for ending in ("csv", "xlsx", "json", "fhir.json", "pdf")
    }
