"""What a patient can see on the strips that lie on the front desk."""

from sma.attendance.sheets import SignInStrip, sign_in_sheet
from sma.attendance.sheets.sign_in import (
    NAME_HEIGHT,
    ROOM,
    WHERE_HEIGHT,
    place_name,
    place_where,
)
from sma.attendance.sheets.typeset import Typesetter
from tests.sma.attendance.sheets.cast import FAMILIES, header, pages_of, strips


def test_strips_show_first_names_and_nobody_elses_particulars() -> None:
    text = "\n".join(pages_of(sign_in_sheet(header(), strips(12))))

    assert all(name in text for name in ("Djäŋgala", "Tuyết", "小明", "Ḏäwu", "Siobhán", "B."))
    assert not [family for family in FAMILIES.values() if family in text]
    assert "Mei Lin" not in text


def test_every_strip_says_when_and_where_so_that_no_list_is_needed() -> None:
    text = "\n".join(pages_of(sign_in_sheet(header(), strips(12), blank_strips=2)))

    # Once on each of the fourteen strips, and once in the head of each of the two pages.
    assert text.count("Tue 24 Nov 2026, 10:00 am to 11:30 am") == 16
    assert text.count("Riverbend Community Hall, 12 Example Street, Room 2") == 16
    assert text.count("Time in") == text.count("Time out") == text.count("Signature") == 14


def test_a_person_who_comes_unannounced_finds_a_strip_to_write_their_name_on() -> None:
    assert pages_of(sign_in_sheet(header(), strips(3), blank_strips=4))[0].count("First name") == 4
    assert pages_of(sign_in_sheet(header(), [], blank_strips=0))[0].count("page 1 of 1") == 1


def test_no_page_is_opened_for_blank_strips_alone() -> None:
    usual = {people: pages_of(sign_in_sheet(header(), strips(people))) for people in range(25)}

    for people, pages in usual.items():
        assert "YU-7K2" in pages[-1]
        assert any(f"{number}." in pages[-1] for number in range(1, people + 1)) or not people, people
    assert [len(usual[people]) for people in (8, 9, 10, 11)] == [1, 1, 1, 2]
    assert usual[9][0].count("First name") == 2


def test_a_very_long_first_name_and_address_fit_on_their_strip() -> None:
    setter = Typesetter()
    long_place = header(place="The Old Corrugated Iron Meeting House behind the Riverbend Community Health Centre")

    for name in ("Maximilianaferdinandalexandrinawilhelminacharlottenburgensis", "Zoë", "محمد" * 9, "明" * 40):
        lines, style = place_name(setter, SignInStrip(name, 112))
        assert max(line.width for line in lines) * style.size < ROOM - 30
        assert len(lines) * style.leading <= NAME_HEIGHT
    lines, style = place_where(setter, long_place)
    assert max(line.width for line in lines) * style.size <= ROOM
    assert len(lines) * style.leading <= WHERE_HEIGHT


def test_a_session_past_midnight_names_both_days() -> None:
    late = header(starts=header().starts.replace(hour=23), ends=header().ends.replace(day=25, hour=0))

    assert "11:00 pm to 12:30 am Wed 25 Nov 2026" in pages_of(sign_in_sheet(late, strips(1)))[0].replace("\n", " ")
