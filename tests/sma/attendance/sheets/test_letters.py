"""Names are printed as their owners write them."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sma.attendance.sheets.fonts import ARABIC, BOLD, HAN, HERE, LATIN, can_print
from sma.attendance.sheets.typeset import MISSING, PLAIN, Typesetter

SCRIPTS = "abcdeŋäḎễØ'- محمدعليأ٣ 陈小明 한글 x\u0331 (ก) 😀\u200d\u200f\n12"


def drawn(text: str, bold: bool = False) -> list[tuple[str, str]]:
    return [(run.font, str(run.glyphs)) for run in Typesetter().line(text, bold).runs]


def test_the_letters_on_the_quick_way_are_in_both_latin_faces() -> None:
    plain = [letter for letter in map(chr, range(0x20, 0x2030)) if PLAIN.fullmatch(letter)]

    assert len(plain) > 800
    assert not [letter for letter in plain if not (can_print(LATIN, letter) and can_print(BOLD, letter))]


@pytest.mark.parametrize("name", ["Djäŋgala Yunupiŋu", "Ḏäwu Ṉurrpu", "Nguyễn Thị Ánh Tuyết", "Siobhán Ní Dhomhnaill"])
def test_yolngu_and_vietnamese_names_are_whole_however_their_accents_are_stored(name: str) -> None:
    assert drawn(name) == drawn(unicodedata.normalize("NFD", name)) == [(LATIN, name)]
    assert drawn(name, bold=True) == [(BOLD, name)]


def test_an_arabic_name_is_joined_and_runs_from_right_to_left() -> None:
    [(face, glyphs)] = drawn("علي")

    # From the left: final yeh, middle lam, first ain.
    assert (face, glyphs) == (ARABIC, "\ufef2\ufee0\ufecb")


def test_joined_forms_without_a_character_of_their_own_carry_the_word_for_copying() -> None:
    [kashmiri] = Typesetter().line("کٲشُر").runs
    [urdu] = Typesetter().line("پاکستان").runs

    assert (kashmiri.spoken, urdu.spoken) == ("کٲشُر", None)


def test_the_words_of_an_arabic_name_stay_in_order_inside_an_english_line() -> None:
    line = "".join(glyphs for _, glyphs in drawn("Ali محمد 12 علي, at 9"))

    assert unicodedata.normalize("NFKC", line) == "Ali يلع 12 دمحم, at 9"


def test_a_chinese_name_comes_from_the_face_that_has_it() -> None:
    assert drawn("陈小明 Chen") == [(HAN, "陈小明"), (LATIN, " Chen")]


def test_a_letter_without_a_glyph_is_shown_as_missing_and_reported() -> None:
    setter = Typesetter()
    [name, gap] = setter.line("Priya นม").runs

    assert (name.glyphs, gap.glyphs, gap.spoken) == ("Priya ", MISSING * 2, "นม")
    assert setter.missed


def test_hidden_marks_cannot_turn_a_name_around_or_borrow_private_glyphs() -> None:
    assert drawn("Ann\u202eeil\u2066") == [(LATIN, "Anneil")]
    assert drawn("Ann\ue000") == [(LATIN, f"Ann{MISSING}")]
    assert drawn("Ann\ud800") == [(LATIN, f"Ann{MISSING}")]


@given(st.text(alphabet=SCRIPTS, max_size=60), st.floats(min_value=2, max_value=30), st.booleans())
def test_no_line_is_wider_than_its_cell_and_no_letter_is_lost(text: str, width: float, bold: bool) -> None:
    setter = Typesetter()
    lines = setter.wrap(text, width, bold)

    assert all(line.width <= width + 1e-9 for line in lines)
    glyphs = "".join(str(run.glyphs) for line in lines for run in line.runs)
    told = re.compile(r"[A-Za-zŋØ0-9陈小明]")
    assert sorted(told.findall(unicodedata.normalize("NFKD", glyphs))) == sorted(
        told.findall(unicodedata.normalize("NFKD", text))
    )


def test_a_double_barrelled_name_breaks_after_its_hyphen() -> None:
    lines = Typesetter().wrap("Wolfeschlegelstein-Featherstonehaugh", 12)

    assert [str(line.runs[0].glyphs) for line in lines] == ["Wolfeschlegelstein-", "Featherstonehaugh"]


def test_the_licence_of_every_typeface_travels_with_it() -> None:
    open_font, apache = (HERE / "LICENSE-NotoSans-OFL-1.1.txt", HERE / "LICENSE-DroidSansFallback-Apache-2.0.txt")
    named = open_font.read_text() + apache.read_text()

    assert "SIL OPEN FONT LICENSE" in named
    assert "Apache License" in named
    assert [face.name for face in HERE.glob("*.ttf") if face.name not in named] == []
