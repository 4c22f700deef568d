"""Nobody's word stands where only others look: a whole day, searched in everything that it left behind."""

import re
from collections import Counter

import pytest

from tests.leaks.artefacts import Artefact, leaks
from tests.leaks.collect import SEALED, SEATED, collect
from tests.leaks.day import ABSENT, CANCELLED, ELSEWHERE, EXPORTED, GIVEN, MOVED, NOT_BILLED, TAKEN_BACK, WAITING
from tests.leaks.plants import ways
from tests.leaks.search import find, unpacked
from tests.leaks.tokens import NOBODYS, every_token, make_guests

pytestmark = [pytest.mark.concurrency, pytest.mark.xdist_group("leaks"), pytest.mark.timeout(600)]

KINDS = (
    "message",
    "invite",
    "sheet",
    "about a sheet",
    "csv",
    "workbook",
    "about a workbook",
    "file name",
    "address",
    "page",
    "refusal",
    "outbox",
    "audit",
    "log",
    "broker",
    "database",
)
GUESTS = make_guests()
TOKENS = every_token()


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> list[Artefact]:
    return collect(tmp_path_factory.mktemp("leaks"))


def of_kind(artefacts: list[Artefact], kind: str) -> list[Artefact]:
    return [each for each in artefacts if each.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_stands_where_it_must_not(kind: str, left_behind: list[Artefact]) -> None:
    searched = of_kind(left_behind, kind)

    assert any(each.content for each in searched), "nothing was gathered"
    assert list(leaks(searched, TOKENS)) == []


def test_everything_gathered_is_searched(left_behind: list[Artefact]) -> None:
    assert {each.kind for each in left_behind} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_word_is_found_in_each_kind_and_however_it_is_written(kind: str, left_behind: list[Artefact]) -> None:
    whole = max(of_kind(left_behind, kind), key=lambda each: each.content.startswith((b"%PDF", b"PK")))
    field = "contact_note" if kind == "database" else "gender_term"
    strangers = [guest for guest in GUESTS if guest.number not in whole.people or kind == "database"]

    # One word of plain letters and one beyond them.
    for word in (strangers[0].words[field], strangers[-1].words[field]):
        token = next(each for each in TOKENS if word in each.spellings)
        for way, plant in ways(whole.content, word).items():
            planted = whole.planted(plant(whole.content, word))
            assert list(leaks([planted], [token])), f"planted {way} and not found"


@pytest.mark.parametrize("field", sorted(SEALED))
def test_free_text_in_clear_in_the_database_is_found(field: str, left_behind: list[Artefact]) -> None:
    whole = next(each for each in of_kind(left_behind, "database") if each.name == "sma.db")
    token = next(each for each in TOKENS if each.field == field)

    planted = whole.planted(whole.content + token.spellings[0].encode())

    assert list(leaks([whole], [token])) == []
    assert list(leaks([planted], [token]))


@pytest.mark.parametrize(
    ("field", "owner", "shown_on"),
    [
        ("contact_note", 0, r"front-desk GET /people/[^/]+"),
        ("gender_term", 0, r"clinician GET /people/[^/]+"),
        ("audience_note", NOBODYS, r"cultural-lead GET /sessions/[^/]+/plan"),
        ("reason_mark", ABSENT, r"facilitator GET /appointments/[^/]+/presence"),
        ("reason_stay", 0, r"facilitator GET /clinician-presences/[^/]+/correction"),
        ("reason_withdrawn", TAKEN_BACK, r"facilitator GET /appointments/[^/]+/presence"),
        ("reason_minutes", GIVEN, r"facilitator GET /sessions/[^/]+"),
        ("reason_consult", 0, r"clinician GET /sessions/[^/]+/sheets/evidence"),
        ("reason_not_billed", NOT_BILLED, r"clinician GET /claims/[^/?]+"),
        ("answer_of_lead", WAITING, r"facilitator GET /questions"),
    ],
)
def test_what_is_sealed_is_read_by_those_for_whom_it_was_written(
    field: str, owner: int, shown_on: str, left_behind: list[Artefact]
) -> None:
    token = next(each for each in TOKENS if (each.owner, each.field) == (owner, field))
    pages = [each for each in of_kind(left_behind, "page") if re.fullmatch(rf"{shown_on} \(200\)", each.name)]

    assert any(find(token.spellings, unpacked(page.content)) for page in pages)


def test_each_mail_went_to_one_person_and_greets_them(left_behind: list[Artefact]) -> None:
    told: Counter[int] = Counter()
    for mail in of_kind(left_behind, "message"):
        if mail.name.isdecimal():
            (owner,) = mail.people
            assert find([GUESTS[owner].words["preferred_name"]], unpacked(mail.content))
            told[owner] += 1
    assert told == {number: 2 if number in (CANCELLED, MOVED, 9) else 1 for number in range(len(GUESTS))}


def test_the_sign_in_sheet_names_everybody_by_first_name_alone(left_behind: list[Artefact]) -> None:
    for sheet in of_kind(left_behind, "sheet"):
        layers = unpacked(sheet.content)
        shown = {guest.number for guest in GUESTS if find([guest.words["preferred_name"]], layers)}
        family = {guest.number for guest in GUESTS if find([guest.words["family_name"]], layers)}
        assert {CANCELLED, MOVED, WAITING, ELSEWHERE}.isdisjoint(shown)
        # Nobody signs for somebody who is known not to come.
        assert shown == (SEATED - {ABSENT} if sheet.name == "sign-in" else SEATED), sheet.name
        assert family == (set() if sheet.name == "sign-in" else SEATED), sheet.name


def test_the_exported_files_hold_the_approved_people_and_nobody_else(left_behind: list[Artefact]) -> None:
    for export in [*of_kind(left_behind, "csv"), *of_kind(left_behind, "workbook")]:
        layers = unpacked(export.content)
        shown = {guest.number for guest in GUESTS if find([guest.words["family_name"]], layers)}
        assert shown == set(EXPORTED)


def test_pages_of_the_front_desk_show_no_number_topic_audience_or_origin(left_behind: list[Artefact]) -> None:
    hidden = [each for each in TOKENS if each.field in ("medicare", "topic", "audience", "indigenous")]
    read = [each for each in of_kind(left_behind, "page") if each.name.startswith("front-desk GET")]
    unseen = [Artefact(each.kind, each.name, each.content) for each in read]

    assert len(read) > 60
    assert list(leaks(unseen, hidden)) == []


def test_those_on_the_session_do_see_what_it_is_about(left_behind: list[Artefact]) -> None:
    topic = [each for each in TOKENS if (each.owner, each.field) == (NOBODYS, "topic")]
    seen = [
        page.name.partition(" GET /sessions/")[0]
        for page in of_kind(left_behind, "page")
        if page.name.endswith("/plan (200)") and find(topic[0].spellings, [page.content])
    ]
    assert set(seen) == {"facilitator", "clinician", "cultural-lead", "manager", "safety-lead"}
