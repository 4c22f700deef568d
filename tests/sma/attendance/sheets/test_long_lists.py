"""Long names, long lists, long notes: every page is complete in itself and nothing is cut off."""

import dataclasses
from datetime import UTC

import pytest

from sma.attendance.sheets import EvidenceRow, StaffRow, evidence_sheet, staff_sheet
from sma.attendance.sheets import evidence as evidence_module
from sma.attendance.sheets import staff as staff_module
from sma.attendance.sheets.table import PAD, Column, PlacedRow
from sma.attendance.sheets.typeset import Typesetter
from tests.sma.attendance.sheets.cast import at, evidence, header, interval, pages_of, staff_rows

SIXTY = ("W" * 60, "Wolfeschlegelstein" * 4, "محمدبنعلي" * 7, "陈小明" * 20, "Djäŋgala Ḏäwu " * 5)


def outside(columns: tuple[Column, ...], row: PlacedRow) -> list[str]:
    """The texts of a row that reach over the edge of their column or below the row."""
    found, left = [], 0.0
    edges = []
    for column in columns:
        edges.append((left, left + column.width))
        left += column.width
    for placed in row.lines:
        start, end = next(edge for edge in edges if edge[0] <= placed.x < edge[1])
        right = placed.x + placed.line.width * placed.style.size
        if placed.x < start + PAD or right > end - PAD + 0.01 or placed.drop > row.height:
            found.append("".join(str(run.glyphs) for run in placed.line.runs))
    return found


def test_fifteen_names_of_sixty_letters_stay_inside_their_cells() -> None:
    rows = [
        StaffRow(number=number + 1, display_name=SIXTY[number % 5], interpreter=SIXTY[(number + 1) % 5], note="n" * 90)
        for number in range(15)
    ]
    people = [
        EvidenceRow(
            number=number,
            patient_name=SIXTY[number % 5],
            arrived=None,
            left=None,
            status_word="left early",
            intervals=[interval(3, recorded_by=SIXTY[(number + 1) % 5], correction="stopped late")],
        )
        for number in range(15)
    ]

    placed = staff_module.place_rows(Typesetter(), rows)
    assert [outside(staff_module.COLUMNS, row) for row in placed if outside(staff_module.COLUMNS, row)] == []
    placed = evidence_module.place_rows(Typesetter(), people, header().starts.date())
    assert [outside(evidence_module.COLUMNS, row) for row in placed if outside(evidence_module.COLUMNS, row)] == []


def test_five_hundred_people_get_numbered_pages_with_the_head_on_each() -> None:
    pages = pages_of(staff_sheet(header(), staff_rows(500)))

    assert len(pages) > 20
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert "Session YU-7K2 · as at 23 Nov 2026 09:41, no. 7 · printed by Mei Lin" in page
        assert "No.\nHere\nName" in page or "No. Here Name" in page
        assert "staff only – shred" in page
    assert sum(page.count("Yunupiŋu") for page in pages) == 42


def test_a_usual_group_fits_on_one_page_with_lines_for_people_who_just_come() -> None:
    setter = Typesetter()
    rows = staff_module.place_rows(setter, staff_rows(12))

    assert len(pages_of(staff_sheet(header(), staff_rows(12)))) == 1
    assert [row.lines for row in rows[-2:]] == [(), ()]


def test_a_note_longer_than_a_page_goes_on_over_the_next() -> None:
    words = " ".join(f"word{number}" for number in range(1200))
    text = "\n".join(pages_of(staff_sheet(header(), [StaffRow(number=1, display_name="Bruno Ricci", note=words)])))

    assert [number for number in range(1200) if f"word{number}" not in text] == []


def test_consults_that_run_over_a_page_say_whose_they_are() -> None:
    first, second, *_ = pages_of(evidence_sheet(evidence(1, consults=40)))

    assert "continued" not in first
    assert "Djäŋgala Yunupiŋu" in second
    assert "continued" in second


def test_evidence_says_who_recorded_what_when_and_what_was_changed() -> None:
    sheet = evidence(1)
    odd = interval(
        20,
        recorded_at=at(8, 15, day=25),
        recorded_after=True,
        interrupted=True,
        correction="stopped late",
    )
    row = dataclasses.replace(sheet.rows[0], intervals=[interval(3, started=at(10, 3).replace(second=7)), odd])
    [page] = pages_of(evidence_sheet(dataclasses.replace(sheet, rows=[row])))
    page = " ".join(page.split())

    for words in (
        "Dr Adaeze Okafor, provider number 2426621B · group of 1",
        "Clinician present 09:58:00 to 11:32:00 · closed by Mei Lin, 24 Nov 2026 12:05",
        "10:03:07 to 10:11:00 8 min Dr Adaeze Okafor 10:11",
        "10:20:00 to 10:28:00 8 min Dr Adaeze Okafor 25 Nov 08:15",
        "interrupted",
        "recorded afterwards",
        "corrected: stopped late",
        "signature",
    ):
        assert words in page


def test_a_stay_without_an_end_says_so_open_and_closed() -> None:
    closed = dataclasses.replace(evidence(1), presence=[(at(9, 58), None)])
    still_open = dataclasses.replace(closed, closed_by=None, closed_at=None)

    said = [" ".join(pages_of(evidence_sheet(sheet))[0].split()) for sheet in (closed, still_open)]

    assert "Clinician present 09:58:00, no time out recorded ·" in said[0]
    assert "Clinician present 09:58:00, still in ·" in said[1]


def test_an_open_record_says_that_it_may_still_change() -> None:
    sheet = dataclasses.replace(evidence(1), closed_by=None, closed_at=None, presence=[], rows=[])
    running = dataclasses.replace(evidence(1).rows[0], intervals=[interval(3, ended=None, minutes_text="")], left=None)
    [page] = pages_of(evidence_sheet(dataclasses.replace(sheet, rows=[running])))

    assert "not closed yet" in page
    assert "present not recorded" in page
    assert "10:03:00 to not ended" in page


def test_an_hour_of_another_zone_is_refused_instead_of_printed() -> None:
    with pytest.raises(ValueError, match="wall-clock"):
        staff_sheet(header(starts=at(0, 30).replace(tzinfo=UTC)), [])
