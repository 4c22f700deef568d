"""Finding the right person quickly, and reading pages with a fixed number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, text

from sma.core.db import Database, WriteSession
from sma.identity import Role
from sma.people import PatientAnswers, find_patients, register_patient, set_coverage
from sma.people.queries import linkable_users, linked_user, locations, people_like, practitioners, rooms_of
from tests.factories import NOW, make_location, make_patient, make_practitioner, make_room, make_user


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    yield statements
    event.remove(database.engine, "before_cursor_execute", count)


def _names(db: WriteSession, text: str) -> list[str]:
    return [hit.preferred_name for hit in find_patients(db, text)]


@pytest.fixture
def people(db: WriteSession) -> WriteSession:
    by = make_user(db, Role.FRONT_DESK)
    for preferred, family, born_on in (
        ("Mary", "Webb", date(1965, 7, 1)),
        ("Mary Jane", "D’Arcy", date(1980, 2, 3)),
        ("Zoë", "Marlow", date(1965, 7, 1)),
        ("Ŋarra", None, None),
    ):
        answers = PatientAnswers(preferred_name=preferred, family_name=family, born_on=born_on, email="a@b.example")
        register_patient(db, answers, by=by, now=NOW)
    db.flush()
    return db


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mar", ["Mary", "Mary Jane", "Zoë"]),
        ("MARY JANE", ["Mary Jane"]),
        ("zoe", ["Zoë"]),
        ("zoë mar", ["Zoë"]),
        ("webb mary", ["Mary"]),
        ("darcy", ["Mary Jane"]),
        ("mary jane d'a", ["Mary Jane"]),
        ("nga", ["Ŋarra"]),
        ("1/7/1965", ["Mary", "Zoë"]),
        ("1965-07-01", ["Mary", "Zoë"]),
        ("ary", []),
        ("", []),
        ("%", []),
    ],
)
def test_people_are_found_by_first_letters_or_birthday(people: WriteSession, typed: str, found: list[str]) -> None:
    assert _names(people, typed) == found


def test_last_four_digits_of_the_card_find_its_holder_only(db: WriteSession) -> None:
    dante, flavia, by = (
        make_patient(db, preferred_name="Dante"),
        make_patient(db, preferred_name="Flavia"),
        make_user(db),
    )
    set_coverage(db, dante.id, kind="medicare", number="4951651671", irn="1", expires_on=None, by=by, now=NOW)
    set_coverage(db, flavia.id, kind="medicare", number="6951826031", irn="1", expires_on=None, by=by, now=NOW)
    db.flush()
    assert _names(db, "1671") == ["Dante"]
    assert _names(db, "9516") == []


def test_a_row_tells_two_people_apart_and_names_of_the_dead_are_withheld(db: WriteSession) -> None:
    make_patient(db, preferred_name="Mary", pronouns="she/her", contact_by_email="none", dob_accuracy="estimated")
    make_patient(db, preferred_name="Maryanne", is_deceased=True)
    first, second = find_patients(db, "mary")
    assert (first.pronouns, first.dob_accuracy) == ("she/her", "estimated")
    assert first.contact_words == "Phone (neutral words), no email"
    assert (second.preferred_name, second.family_name) == ("— respectfully withheld —", "")


def test_twenty_hits_come_in_one_statement_by_an_index(database: Database) -> None:
    with database.write() as db:
        for number in range(60):
            make_patient(db, preferred_name=f"Mary {number}", agreed=False)
    with _counted(database) as statements, database.read() as db:
        assert len(find_patients(db, "mary")) == 20
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
    if database.is_sqlite:
        with database.read() as db:
            asked = (
                "EXPLAIN QUERY PLAN SELECT id FROM patient WHERE (preferred_search >= 'm' AND preferred_search < 'n')"
                " OR (family_search >= 'm' AND family_search < 'n')"
            )
            plan = db.connection().execute(text(asked))
            assert all("SCAN patient" not in row[3] for row in plan)


def test_the_same_names_and_birthday_are_pointed_out_and_a_shared_1_july_alone_is_not(people: WriteSession) -> None:
    same = PatientAnswers(preferred_name="MARY", family_name="webb", born_on=date(1965, 7, 1))
    assert [hit.preferred_name for hit in people_like(people, same)] == ["Mary"]
    other = PatientAnswers(preferred_name="May", family_name="Webb", born_on=date(1965, 7, 1))
    assert people_like(people, other) == []
    assert people_like(people, PatientAnswers(preferred_name="Mary", family_name="Webb")) == []


def test_the_list_of_practitioners_costs_the_same_for_one_and_for_fifty(database: Database) -> None:
    with database.write() as db:
        place = make_location(db)
        make_practitioner(db, place)
    with _counted(database) as few, database.read() as db:
        assert practitioners(db, page=1, size=50)[0].roles[0].provider_number == "2448261H"
    with database.write() as db:
        for _ in range(55):
            make_practitioner(db, place)
    with _counted(database) as many, database.read() as db:
        assert len(practitioners(db, page=1, size=50)) == 51
    assert len(few) == len(many)


def test_sign_ins_that_belong_to_nobody_are_offered(db: WriteSession) -> None:
    free, taken = make_user(db, username="free"), make_user(db, username="taken")
    doctor = make_practitioner(db, user_id=taken.id)
    assert (free.id, "Free") in linkable_users(db)
    assert all(user_id != taken.id for user_id, _ in linkable_users(db))
    assert linked_user(db, doctor.id) == (taken.id, "Taken")


def test_places_in_use_come_first(db: WriteSession) -> None:
    make_location(db, name="A closed one", is_active=False)
    open_one = make_location(db, name="Saltwater")
    make_room(db, open_one, name="B")
    make_room(db, open_one, name="A")
    assert [place.name for place in locations(db)] == ["Saltwater", "A closed one"]
    assert [room.name for room in rooms_of(db, open_one.id)] == ["A", "B"]
