"""What people answer is coded as they gave it, and nothing else about them is consulted."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sma.core.errors import Invalid
from sma.people import first_name, full_name, indigenous_code, named_group, practitioner_name, preferred, rules
from sma.people.models import Patient, Practitioner
from sma.people.rules import (
    Answered,
    Origin,
    age_on,
    card_expiry,
    check_birth_date,
    comfort_answer,
    contact_words,
    indigenous_answer,
    masked,
    today_at,
)
from sma.people.search import fold, what_is_sought

SLICE = Path(rules.__file__).parent
ASKED = {"groups_ok", "groups_state", "indigenous_status", "indigenous_status_state", "gender"}
TELLING = {
    "preferred_name",
    "given_names",
    "family_name",
    "prefix",
    "pronouns",
    "sex",
    "gender",
    "gender_term",
    "language",
    "postcode",
    "suburb",
    "relationship",
}


@pytest.mark.parametrize(
    ("ticked", "status", "state"),
    [
        ([], None, Answered.NOT_ASKED),
        ([Origin.DECLINED], None, Answered.DECLINED),
        ([Origin.NO], "4", Answered.ANSWERED),
        ([Origin.ABORIGINAL], "1", Answered.ANSWERED),
        ([Origin.TORRES_STRAIT_ISLANDER], "2", Answered.ANSWERED),
        ([Origin.ABORIGINAL, Origin.TORRES_STRAIT_ISLANDER], "3", Answered.ANSWERED),
        ([Origin.NO, Origin.ABORIGINAL], "9", Answered.ANSWERED),
        ([Origin.NO, Origin.ABORIGINAL, Origin.TORRES_STRAIT_ISLANDER], "9", Answered.ANSWERED),
        ([Origin.DECLINED, Origin.ABORIGINAL], "9", Answered.ANSWERED),
    ],
)
def test_the_origin_question_is_coded_as_aihw_codes_it(
    ticked: list[Origin], status: str | None, state: Answered
) -> None:
    assert indigenous_answer(ticked) == (status, state)


@pytest.mark.parametrize("state", [Answered.NOT_ASKED, Answered.DECLINED, Answered.UNKNOWN])
@pytest.mark.parametrize("status", [None, "1", "4"])
def test_whatever_is_not_an_answer_exports_as_9_and_never_as_4(status: str | None, state: Answered) -> None:
    assert indigenous_code(status, state) == "9"


def test_an_answer_exports_as_it_was_given() -> None:
    assert [indigenous_code(code, Answered.ANSWERED) for code in "12349"] == list("12349")


def test_ask_me_each_time_declined_and_an_answer_are_three_different_things() -> None:
    assert comfort_answer(None, declined=False) == ([], Answered.UNKNOWN)
    assert comfort_answer(None, declined=True) == ([], Answered.DECLINED)
    assert comfort_answer(["womens", "open"], declined=False) == (["open", "womens"], Answered.ANSWERED)


def test_a_named_group_is_kept_under_its_own_label() -> None:
    assert comfort_answer(["named:  Aunties’   group "], declined=False)[0] == ["named:Aunties’ group"]
    assert named_group("Aunties’ group") == "named:Aunties’ group"


@pytest.mark.parametrize("groups", [[], ["biological women"], ["named:"], ["open", "elders"]])
def test_an_empty_or_unknown_answer_about_groups_is_refused(groups: list[str]) -> None:
    with pytest.raises(Invalid):
        comfort_answer(groups, declined=False)


def _readers(tree: ast.AST) -> list[tuple[str, set[str], set[str]]]:
    """For every function: its name, the asked-for columns it writes, the telling columns it reads."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        attributes = [node for node in ast.walk(function) if isinstance(node, ast.Attribute)]
        writes = {node.attr for node in attributes if isinstance(node.ctx, ast.Store)} & ASKED
        texts = (node for node in ast.walk(function) if isinstance(node, ast.Dict))
        keys = {key.value for node in texts for key in node.keys if isinstance(key, ast.Constant)}
        reads = {node.attr for node in attributes if isinstance(node.ctx, ast.Load)} & TELLING
        found.append((function.name, writes | ({str(key) for key in keys} & ASKED), reads))
    return found


def test_no_code_path_reads_name_title_or_sex_to_set_comfort_or_status() -> None:
    """A function that writes an answer may read the same answer from a form, and nothing else about the person."""
    harmless = {"_take": {"gender", "gender_term"}, "differences": set[str]()}
    writers = []
    for path in sorted(SLICE.rglob("*.py")):
        for name, writes, reads in _readers(ast.parse(path.read_text())):
            if writes:
                writers.append(name)
                assert reads <= harmless.get(name, set()), f"{path.name}:{name} writes {writes} and reads {reads}"
    assert {"record_comfort", "_take", "_status", "_gender"} <= set(writers), "the test looks at the wrong functions"


def test_administrative_gender_and_recorded_sex_are_not_even_read_by_the_import() -> None:
    from sma.people.fhir_import.shapes import PatientShape, RelatedPersonShape

    for shape in (PatientShape, RelatedPersonShape):
        assert "gender" not in shape.model_fields
    text = "".join(path.read_text() for path in (SLICE / "fhir_import").glob("*.py"))
    assert "recordedSexOrGender" not in text
    assert "groups_ok" not in text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("Zoë", "zoe"), ("D’Arcy", "darcy"), ("Ŋarra", "ngarra"), ("Nguyễn", "nguyen"), ("  Mary-Jane ", "mary jane")],
)
def test_a_name_is_found_without_its_accents_and_kept_with_them(typed: str, expected: str) -> None:
    assert fold(typed) == expected


def test_a_search_tells_dates_and_card_digits_from_names() -> None:
    for typed in ("1/7/1965", "01-07-1965", "1965-07-01", "1.7.1965"):
        assert what_is_sought(typed).born_on == date(1965, 7, 1)
    assert what_is_sought("1671").last_four == "1671"
    assert what_is_sought("Mary Webb").words == ("mary", "webb")
    assert what_is_sought("31/2/1965").words == ("31/2/1965",)
    assert what_is_sought("  ").is_empty


def test_somebody_born_on_29_february_turns_older_on_1_march() -> None:
    assert age_on(date(2000, 2, 29), date(2026, 2, 28)) == 25
    assert age_on(date(2000, 2, 29), date(2026, 3, 1)) == 26
    assert age_on(None, date(2026, 3, 1)) is None


@pytest.mark.parametrize("born_on", [date(2026, 11, 24), date(1890, 1, 1)])
def test_a_date_of_birth_nobody_can_have_is_refused(born_on: date) -> None:
    with pytest.raises(Invalid):
        check_birth_date(born_on, date(2026, 11, 23))


def test_today_is_the_east_coasts_date() -> None:
    assert today_at(datetime(2026, 11, 22, 22, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_a_card_is_valid_to_the_end_of_its_month_and_an_interim_card_to_its_day() -> None:
    assert card_expiry("2/2028") == date(2028, 2, 29)
    assert card_expiry("15/03/2027") == date(2027, 3, 15)
    for typed in ("13/2027", "soon", "11/27", "1/2/3/2027", "31/02/2027"):
        with pytest.raises(ValueError, match="month and year"):
            card_expiry(typed)


def test_a_masked_number_shows_its_last_four_characters_only() -> None:
    assert masked("4951651671") == "•••••• 1671"
    assert "W" not in masked("W 1").replace("W 1", "")


def test_how_to_reach_somebody_safely_names_what_is_not_wanted() -> None:
    said = contact_words(email="a@b.example", phone="0491 570 006", by_email="none", by_phone="full", has_note=True)
    assert said == "Phone (any words), no email, see the contact note"
    assert contact_words(email=None, phone=None, by_email="full", by_phone="full", has_note=False) == "In person only"


def _person(**names: object) -> Patient:
    fields = {"preferred_search": "", "created_at": datetime(2026, 1, 1, tzinfo=UTC)} | names
    return Patient(**fields)


def test_names_on_sheets_are_first_names_and_names_of_the_dead_are_withheld() -> None:
    mary = _person(preferred_name="Mary Jane Webb", family_name="WEBB")
    assert (first_name(mary), full_name(mary)) == ("Mary Jane", "Mary Jane WEBB")
    single = _person(preferred_name="Onlyname", family_name="Onlyname")
    assert full_name(single) == "Onlyname"
    gone = _person(preferred_name="Mary", family_name="Webb", is_deceased=True)
    assert {preferred(gone), full_name(gone), first_name(gone)} == {"— respectfully withheld —"}


def test_a_practitioner_without_a_name_says_so() -> None:
    assert practitioner_name(Practitioner()) == "Name not given"
    assert practitioner_name(Practitioner(prefix="Dr", given_names="Sam", family_name="Okafor")) == "Dr Sam Okafor"
