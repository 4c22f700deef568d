"""The same record is the same file, and the file itself tells nothing about anyone."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from sma.attendance.sheets import SignInStrip, evidence_sheet, sheet_filename, sign_in_sheet, staff_sheet
from sma.attendance.sheets.fonts import HAN, font
from sma.attendance.sheets.paper import A4, Paper, Style
from sma.attendance.sheets.typeset import Typesetter
from tests.sma.attendance.sheets.cast import evidence, header, staff_rows, strips

ROOT = Path(__file__).parents[4]
SHEETS: dict[str, Callable[[], bytes]] = {
    "sign-in": lambda: sign_in_sheet(header(), strips(12)),
    "staff": lambda: staff_sheet(header(), staff_rows(30)),
    "evidence": lambda: evidence_sheet(evidence(14, consults=2)),
}
ELSEWHERE = """
from tests.sma.attendance.sheets.test_same_bytes import SHEETS, digest
for kind in {kinds}:
    print(kind, digest(SHEETS[kind]()))
"""


def digest(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


@pytest.mark.parametrize(
    ("order", "surroundings"),
    [
        (["sign-in", "staff", "evidence"], {"PYTHONHASHSEED": "1", "TZ": "Australia/Eucla", "LC_ALL": "C"}),
        (["evidence", "staff", "sign-in"], {"PYTHONHASHSEED": "99", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"}),
        (["staff", "staff", "evidence", "sign-in"], {"SOURCE_DATE_EPOCH": "1700000000", "LANG": "ur_PK.UTF-8"}),
    ],
)
def test_another_server_prints_the_same_bytes(order: list[str], surroundings: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(kinds=order)],
        cwd=ROOT,
        env=os.environ | surroundings,
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout.split("\n")[:-1] == [f"{kind} {digest(SHEETS[kind]())}" for kind in order]


def test_what_was_printed_before_does_not_change_a_sheet() -> None:
    first = SHEETS["staff"]()
    sign_in_sheet(header(), [SignInStrip(f"Ελένη Żółć ﷺ بهجت 王{letter}", 1) for letter in "龍鳳麟ẞ"])
    other = Canvas(BytesIO())
    other.drawString(10, 10, "a letter")
    other.save()

    assert SHEETS["staff"]() == first


def test_two_papers_drawn_by_turns_do_not_mix() -> None:
    def paper(words: list[str], pause: Callable[[], object] = lambda: None) -> bytes:
        setter, sheet = Typesetter(), Paper(A4, "Sheet")
        for drop, word in enumerate(words):
            sheet.text(50, 700 - 20 * drop, setter.line(word), Style())
            pause()
        sheet.next_page()
        return sheet.finish()

    mine, theirs = ["Zoë", "محمد", "小明", "x̱"], ["Ḏäwu", "علي", "王", "y̱ŋ"]
    alone = paper(mine)
    assert paper(mine, pause=lambda: paper(theirs)) == alone


def test_sheets_printed_at_once_by_many_people_are_each_right() -> None:
    # Each desk brings Chinese letters that no other has, so that every typeface is cut anew while others cut too.
    names = ["".join(chr(0x4E00 + 40 * desk + step) for step in range(40)) for desk in range(24)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as desks:
            together = list(desks.map(lambda name: sign_in_sheet(header(), [SignInStrip(name, 1)]), names))
    finally:
        sys.setswitchinterval(before)

    # What went wrong would otherwise be remembered, and look right.
    font(HAN).face.remembered.cache_clear()
    alone = [sign_in_sheet(header(), [SignInStrip(name, 1)]) for name in names]
    assert [name for name, one, other in zip(names, together, alone, strict=True) if one != other] == []


@pytest.mark.parametrize("kind", SHEETS)
def test_the_file_names_nobody_and_no_moment_in_its_properties(kind: str) -> None:
    pdf = SHEETS[kind]()
    reader = PdfReader(BytesIO(pdf))

    assert set(reader.metadata or {}) == {"/Title", "/Author", "/Subject"}
    assert {str(value) for value in (reader.metadata or {}).values()} <= {
        "Clinic",
        "Sign-in sheet",
        "Staff sheet",
        "Evidence sheet",
    }
    assert reader.xmp_metadata is None
    assert b"/home" not in pdf
    assert b".ttf" not in pdf


@pytest.mark.parametrize("kind", SHEETS)
def test_typefaces_travel_inside_the_file_and_only_the_letters_used(kind: str) -> None:
    pdf = SHEETS[kind]()
    fonts = [font.get_object() for font in PdfReader(BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]

    assert {str(font["/BaseFont"]).split("+")[1] for font in fonts} == {
        "NotoSans-Regular",
        "NotoSans-Bold",
        "NotoSansArabic-Regular",
        "DroidSansFallback",
    }
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    assert len(pdf) < 60_000


def test_the_download_is_named_by_session_and_day_only() -> None:
    assert sheet_filename("staff", "YU-7K2", date(2026, 11, 24)) == "sheet-staff-yu-7k2-2026-11-24.pdf"
    assert sheet_filename("sign in", '../"x\n', date(2026, 1, 2)) == "sheet-sign-in-x-2026-01-02.pdf"
