"""What a form's hidden key stands for: this form, sent by this person, and nothing else."""

from fastapi import FastAPI
from sqlmodel import select

from sma.identity import Role
from sma.people import Location, Practitioner
from tests.conftest import SignIn

KEY = {"idempotency_key": "k" * 32}
SHED = {"name": "The shed", "timezone": "Australia/Brisbane", **KEY}
LEAH = {"given_names": "Leah", "family_name": "Kemp", "profession": "dietitian", **KEY}


def test_a_key_that_was_used_on_one_form_does_not_answer_for_another(sign_in: SignIn, app: FastAPI) -> None:
    manager = sign_in(Role.MANAGER)

    shed = manager.post("/locations", data=SHED).headers["location"]
    leah = manager.post("/practitioners", data=LEAH).headers["location"]

    assert shed.startswith("/locations/")
    assert leah.startswith("/practitioners/")
    assert manager.post("/locations", data=SHED).headers["location"] == shed
    with app.state.database.read() as db:
        assert len(db.exec(select(Practitioner)).all()) == len(db.exec(select(Location)).all()) == 1


def test_a_key_on_the_same_form_of_another_row_acts_there(sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER)
    places = [
        manager.post("/locations", data=SHED | {"name": name, "idempotency_key": name}).headers["location"]
        for name in ("The shed", "The hall")
    ]

    for place in places:
        manager.post(f"{place}/rooms", data={"room": "Long table", "seats": "12", **KEY})

    assert all("Long table" in manager.get(place).text for place in places)


def test_one_persons_key_does_not_answer_another_person(sign_in: SignIn, app: FastAPI) -> None:
    first, second = (sign_in(Role.MANAGER).post("/locations", data=SHED).headers["location"] for _ in range(2))

    assert first != second
    with app.state.database.read() as db:
        assert len(db.exec(select(Location)).all()) == 2
