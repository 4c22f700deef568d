"""The pages about practitioners and places."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlmodel import select

from sma.identity import Role
from sma.people import Location, Practitioner, PractitionerRole, Room
from tests.conftest import SignIn
from tests.factories import make_location, make_practitioner, make_user


def _place(**changes: Any) -> dict[str, Any]:
    return {"name": "Men’s shed", "is_consulting_rooms": "unknown", "is_active": "on", "version": "1", **changes}


def test_a_place_is_added_with_its_confirmed_clock(app: FastAPI, sign_in: SignIn) -> None:
    client, form = sign_in(Role.MANAGER), _place(timezone="Australia/Brisbane", idempotency_key=uuid4().hex)
    first, second = client.post("/locations", data=form), client.post("/locations", data=form)
    assert first.headers["location"] == second.headers["location"]
    with app.state.database.read() as db:
        (place,) = db.exec(select(Location)).all()
    assert (place.timezone, place.is_consulting_rooms, place.is_active) == ("Australia/Brisbane", None, True)
    page = client.get(first.headers["location"]).text
    assert "Brisbane time" in page
    assert "Not known yet" in page


def test_a_place_without_a_clock_says_that_no_session_can_be_held_there(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place = make_location(db, timezone=None, state="QLD").id
    client = sign_in(Role.MANAGER)
    assert "The time zone is not confirmed" in client.get(f"/locations/{place}").text
    assert "Not confirmed" in client.get("/locations").text
    edit = client.get(f"/locations/{place}/edit").text
    assert "The address suggests Brisbane time" in edit
    assert " selected" not in edit.split('id="timezone"')[1].split("</select>")[0].replace('value="" selected', "")


@pytest.mark.parametrize("changes", [{"name": ""}, {"timezone": "Mars/Olympus"}, {"is_consulting_rooms": "maybe"}])
def test_a_place_that_cannot_be_is_refused_with_what_was_typed(
    app: FastAPI, sign_in: SignIn, changes: dict[str, str]
) -> None:
    page = sign_in(Role.MANAGER).post("/locations", data=_place(suburb="Saltwater", **changes))
    assert page.status_code == 422
    assert "Saltwater" in page.text
    with app.state.database.read() as db:
        assert db.exec(select(Location)).all() == []


def test_a_stale_change_of_a_place_shows_both_values(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place = make_location(db, name="Old hall").id
    client = sign_in(Role.MANAGER)
    assert client.post(f"/locations/{place}/edit", data=_place(name="New hall")).status_code == 303
    page = client.post(f"/locations/{place}/edit", data=_place(name="Third hall"))
    assert page.status_code == 409
    assert "New hall" in page.text
    assert 'value="Third hall"' in page.text
    again = client.post(f"/locations/{place}/edit", data=_place(name="Third hall", version="2"))
    assert again.status_code == 303


def test_rooms_are_added_and_seats_must_be_a_number(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place = make_location(db).id
    client = sign_in(Role.MANAGER)
    assert client.post(f"/locations/{place}/rooms", data={"room": "Room 2", "seats": "many"}).status_code == 422
    assert client.post(f"/locations/{place}/rooms", data={"room": "Room 2", "seats": "14"}).status_code == 303
    with app.state.database.read() as db:
        assert [(room.name, room.seats) for room in db.exec(select(Room))] == [("Room 2", 14)]


def test_a_practitioner_gets_a_number_at_a_place_and_a_sign_in(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place, user = make_location(db).id, make_user(db, Role.CLINICIAN, username="sam")
    client = sign_in(Role.MANAGER)
    form = {"given_names": "Sam", "family_name": "Okafor", "prefix": "Dr", "profession": "general-practitioner"}
    page = client.post("/practitioners", data={**form, "idempotency_key": uuid4().hex}).headers["location"]

    number = {"location_id": str(place), "provider_number": "2448261H"}
    assert client.post(f"{page}/provider-numbers", data=number).status_code == 303
    assert client.post(f"{page}/sign-in", data={"user_id": str(user.id)}).status_code == 303

    shown = client.get(page).text
    for words in ("Dr Sam Okafor", "General practitioner", "2448261H", "Signs in as Sam"):
        assert words in shown
    assert "2448261H" in client.get("/practitioners").text
    with app.state.database.read() as db:
        assert [found.user_id for found in db.exec(select(Practitioner))] == [user.id]


def test_a_wrong_provider_number_is_kept_in_its_field_and_not_stored(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place, doctor = make_location(db).id, make_practitioner(db).id
    form = {"location_id": str(place), "provider_number": "2429582T"}
    page = sign_in(Role.MANAGER).post(f"/practitioners/{doctor}/provider-numbers", data=form)
    assert page.status_code == 422
    assert page.text.count("2429582T") == 1
    assert f'value="{place}" selected' in page.text
    with app.state.database.read() as db:
        assert db.exec(select(PractitionerRole)).all() == []


def test_a_sign_in_of_somebody_else_is_refused(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        user = make_user(db)
        make_practitioner(db, user_id=user.id)
        second = make_practitioner(db).id
    page = sign_in(Role.MANAGER).post(f"/practitioners/{second}/sign-in", data={"user_id": str(user.id)})
    assert page.status_code == 409
    assert "already belongs to another practitioner" in page.text


def test_everybody_signed_in_may_look_and_only_planners_may_change(app: FastAPI, sign_in: SignIn) -> None:
    with app.state.database.write() as db:
        place, doctor = make_location(db).id, make_practitioner(db).id
    client = sign_in(Role.CLINICIAN)
    for path in ("/locations", f"/locations/{place}", "/practitioners", f"/practitioners/{doctor}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "/edit" not in page.text
    for path in ("/locations/new", f"/locations/{place}/edit", "/practitioners/new"):
        assert client.get(path).status_code == 403
    assert client.post("/locations", data=_place()).status_code == 403
    assert client.get(f"/locations/{uuid4()}").status_code == 404
    assert client.get(f"/practitioners/{uuid4()}").status_code == 404


def test_a_page_number_that_makes_no_sense_shows_a_page(sign_in: SignIn) -> None:
    client = sign_in(Role.MANAGER)
    assert client.get("/practitioners?page=-4").status_code == 200
    assert "Go to the first page" in client.get("/practitioners?page=99").text
    assert client.get("/practitioners?page=x").status_code == 422


def test_a_manager_enters_how_remote_a_place_is_and_its_identifier(app: FastAPI, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    answer = manager.post("/locations", data={"name": "Hall", "modified_monash": "5", "minor_id": "abc00001"})
    page = manager.get(answer.headers["location"]).text

    assert "ABC00001" in page
    assert "no bulk billing incentive is proposed here" not in page
    for wrong in ({"modified_monash": "8"}, {"minor_id": "AB000001"}):
        refused = manager.post("/locations", data={"name": "Hall", **wrong})
        assert refused.status_code == 422
        assert 'value="Hall"' in refused.text


def test_a_payee_is_another_provider_with_a_good_check_digit(app: FastAPI, sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    with app.state.database.write() as db:
        place = make_location(db)
        worker = make_practitioner(db).id
    form = {"location_id": str(place.id), "provider_number": "2447781L"}

    own = manager.post(f"/practitioners/{worker}/provider-numbers", data={**form, "payee_provider_number": "2447781L"})
    wrong = manager.post(
        f"/practitioners/{worker}/provider-numbers", data={**form, "payee_provider_number": "2448261J"}
    )
    good = manager.post(f"/practitioners/{worker}/provider-numbers", data={**form, "payee_provider_number": "2448261H"})

    assert "That is their own number" in own.text
    assert (own.status_code, wrong.status_code, good.status_code) == (422, 422, 303)
    assert "paid to 2448261H" in manager.get(f"/practitioners/{worker}").text
