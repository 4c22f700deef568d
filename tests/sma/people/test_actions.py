"""What staff record about people: with the row locked, the version checked, and nothing personal in the audit."""

from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from sma.core.audit import AuditEvent
from sma.core.db import WriteSession
from sma.core.errors import Conflict, Invalid, StaleVersion
from sma.identity import Role
from sma.people import (
    Agreement,
    Coverage,
    LocationAnswers,
    Patient,
    PatientAnswers,
    PersonNotFound,
    PractitionerAnswers,
    add_room,
    has_agreement,
    link_user,
    lock_patients,
    make_location,
    make_practitioner,
    practitioner_of,
    provider_number,
    record_agreement,
    record_comfort,
    record_no_card,
    register_patient,
    set_coverage,
    set_provider_number,
    update_location,
    update_patient,
    withdraw_agreement,
)
from sma.people.rules import Answered, AnswerSource, Gender, Origin
from tests.factories import (
    NOW,
    make_patient,
    make_user,
)
from tests.factories import (
    make_location as a_location,
)
from tests.factories import (
    make_practitioner as a_practitioner,
)

TODAY = date(2026, 11, 23)


def test_registering_keeps_the_answers_given_and_no_others(db: WriteSession) -> None:
    answers = PatientAnswers(preferred_name="Zoë", family_name="D’Arcy", gender=Gender.WOMAN, pronouns="she/her")

    patient = register_patient(db, answers, by=make_user(db), now=NOW)
    db.flush()

    assert (patient.preferred_search, patient.family_search) == ("zoe", "darcy")
    assert (patient.groups_ok, patient.groups_state) == ([], Answered.NOT_ASKED)
    assert (patient.indigenous_status, patient.indigenous_status_state) == (None, Answered.NOT_ASKED)
    assert (patient.gender, patient.gender_source, patient.gender_on) == (Gender.WOMAN, AnswerSource.SELF, TODAY)


def test_titles_names_and_gender_never_fill_in_comfort_or_status(db: WriteSession) -> None:
    for gender in Gender:
        for name, pronouns in (("Mrs Aunty Mary", "she/her"), ("Mr Brotherboy Kye", "he/him")):
            answers = PatientAnswers(preferred_name=name, gender=gender, pronouns=pronouns, gender_term="Sistergirl")
            patient = register_patient(db, answers, by=make_user(db), now=NOW)
            assert (patient.groups_ok, patient.groups_state) == ([], Answered.NOT_ASKED)
            assert patient.indigenous_status is None


def test_a_trans_woman_answers_womens_groups_like_anybody_else(db: WriteSession) -> None:
    patient = make_patient(db, preferred_name="Mina", gender=Gender.DIFFERENT_TERM, groups_ok=[])

    record_comfort(db, patient.id, ["womens"], source="self", by=make_user(db), now=NOW)

    assert (patient.groups_ok, patient.groups_state, patient.gender) == (["womens"], "answered", "different-term")
    assert (patient.groups_asked_on, patient.groups_source) == (TODAY, "self")


def test_an_edit_leaves_gender_and_origin_alone_unless_they_were_asked(db: WriteSession) -> None:
    patient = make_patient(db, gender="woman", indigenous_status="1", indigenous_status_state="answered")
    answers = PatientAnswers(preferred_name="Alana")

    update_patient(db, patient.id, answers, patient.version, by=make_user(db), now=NOW)

    assert (patient.preferred_name, patient.preferred_search) == ("Alana", "alana")
    assert (patient.gender, patient.indigenous_status, patient.version) == ("woman", "1", 2)


def test_asking_about_origin_again_keeps_answer_source_and_date_together(db: WriteSession) -> None:
    patient = make_patient(db, indigenous_status="4", indigenous_status_source="imported")
    answers = PatientAnswers(preferred_name="Alan", origin=frozenset({Origin.ABORIGINAL}), source=AnswerSource.CARER)

    update_patient(db, patient.id, answers, 1, by=make_user(db), now=NOW)

    assert (patient.indigenous_status, patient.indigenous_status_source) == ("1", "parent-or-carer")
    assert patient.indigenous_status_on == TODAY
    assert {"indigenous_status", "indigenous_status_source"} <= set(patient.kept_here)


def test_a_stale_edit_is_refused_and_changes_nothing(db: WriteSession) -> None:
    patient = make_patient(db, version=3)
    with pytest.raises(StaleVersion):
        update_patient(db, patient.id, PatientAnswers(preferred_name="Other"), 2, by=make_user(db), now=NOW)
    assert (patient.preferred_name, patient.version) == ("Alan", 3)


def test_saving_without_a_change_is_not_an_edit(db: WriteSession) -> None:
    patient = register_patient(db, PatientAnswers(preferred_name="Alan"), by=make_user(db), now=NOW)
    db.flush()
    update_patient(db, patient.id, PatientAnswers(preferred_name="Alan"), 1, by=make_user(db), now=NOW)
    assert patient.version == 1


def test_a_medicare_card_is_sealed_found_by_its_digits_and_never_in_the_audit(db: WriteSession) -> None:
    patient, clerk = make_patient(db), make_user(db, Role.FRONT_DESK)

    card = set_coverage(
        db, patient.id, kind="medicare", number="4951 65167 1", irn="1", expires_on=None, by=clerk, now=NOW
    )
    db.flush()

    stored = db.connection().exec_driver_sql("SELECT number, number_index, last_four_index FROM coverage").one()
    assert "4951651671" not in "".join(stored)
    assert (card.number, patient.medicare_state) == ("4951651671", "held")
    event = db.exec(select(AuditEvent).where(col(AuditEvent.did) == "set-coverage")).one()
    assert (event.on_kind, event.details) == ("patient", {"kind": "medicare"})


def test_the_same_card_again_changes_nothing_and_a_new_one_keeps_the_old_as_history(db: WriteSession) -> None:
    patient, clerk = make_patient(db), make_user(db)
    same = {"kind": "medicare", "irn": "1", "expires_on": None, "by": clerk, "now": NOW}
    set_coverage(db, patient.id, number="4951651671", **same)
    set_coverage(db, patient.id, number="4951651671", **same)
    set_coverage(db, patient.id, number="6951826031", **same)

    cards = db.exec(select(Coverage).order_by(col(Coverage.is_current))).all()
    assert [(card.number, card.is_current) for card in cards] == [("4951651671", False), ("6951826031", True)]


@pytest.mark.parametrize(
    ("kind", "number", "irn", "field"),
    [
        ("medicare", "6951449677", "1", "number"),
        ("medicare", "49516516711", None, "number"),
        ("medicare", "4951651671", "0", "irn"),
        ("dva", "AB123456", None, "number"),
    ],
)
def test_a_number_that_fails_its_check_is_refused_without_being_repeated(
    db: WriteSession, kind: str, number: str, irn: str | None, field: str
) -> None:
    patient = make_patient(db)
    with pytest.raises(Invalid) as refusal:
        set_coverage(db, patient.id, kind=kind, number=number, irn=irn, expires_on=None, by=make_user(db), now=NOW)
    assert field in refusal.value.fields
    assert number not in str(refusal.value.fields)
    assert db.exec(select(Coverage)).all() == []


def test_why_there_is_no_card_is_kept_unless_one_is_held(db: WriteSession) -> None:
    patient, clerk = make_patient(db), make_user(db)
    record_no_card(db, patient.id, "never-enrolled", by=clerk, now=NOW)
    assert patient.medicare_state == "never-enrolled"
    set_coverage(db, patient.id, kind="medicare", number="4951651671", irn=None, expires_on=None, by=clerk, now=NOW)
    with pytest.raises(Invalid):
        record_no_card(db, patient.id, "unknown", by=clerk, now=NOW)


def test_an_agreement_stands_from_its_day_until_it_is_withdrawn(db: WriteSession) -> None:
    patient, clerk = make_patient(db, agreed=False), make_user(db)

    record_agreement(db, patient.id, method="verbal", given_on=TODAY, by=clerk, now=NOW)
    record_agreement(db, patient.id, method="verbal", given_on=TODAY, by=clerk, now=NOW)

    assert len(db.exec(select(Agreement)).all()) == 1
    assert has_agreement(db, patient.id, TODAY)
    assert not has_agreement(db, patient.id, TODAY - timedelta(days=1))
    withdraw_agreement(db, patient.id, by=clerk, now=NOW)
    assert not has_agreement(db, patient.id, TODAY)


def test_nobody_can_agree_tomorrow(db: WriteSession) -> None:
    patient = make_patient(db, agreed=False)
    with pytest.raises(Invalid):
        record_agreement(db, patient.id, method="signed", given_on=TODAY + timedelta(days=1), by=make_user(db), now=NOW)


def test_a_provider_number_holds_at_one_place_only(db: WriteSession) -> None:
    here, there, by = a_location(db), a_location(db, name="Men's shed"), make_user(db)
    doctor = make_practitioner(db, PractitionerAnswers(given_names="Sam"), by=by, now=NOW)
    db.flush()

    set_provider_number(db, doctor.id, here.id, "2448261h", by=by, now=NOW)

    assert provider_number(db, doctor.id, here.id) == "2448261H"
    assert provider_number(db, doctor.id, there.id) is None
    with pytest.raises(Invalid) as refusal:
        set_provider_number(db, doctor.id, there.id, "2429582T", by=by, now=NOW)
    assert "2429582T" not in refusal.value.fields["provider_number"]


def test_one_sign_in_belongs_to_one_practitioner(db: WriteSession) -> None:
    user, first, second = make_user(db, Role.CLINICIAN), a_practitioner(db), a_practitioner(db)
    link_user(db, first.id, user.id, by=user, now=NOW)
    found = practitioner_of(db, user.id)
    assert found is not None
    assert found.id == first.id
    with pytest.raises(Conflict):
        link_user(db, second.id, user.id, by=user, now=NOW)
    link_user(db, first.id, None, by=user, now=NOW)
    assert practitioner_of(db, user.id) is None


def test_a_place_keeps_only_a_time_zone_that_a_clinic_can_have(db: WriteSession) -> None:
    by = make_user(db)
    with pytest.raises(Invalid):
        make_location(db, LocationAnswers(name="Moon base", timezone="Mars/Olympus"), by=by, now=NOW)
    place = make_location(db, LocationAnswers(name="Shed"), by=by, now=NOW)
    db.flush()
    answers = LocationAnswers(name="Shed", timezone="Australia/Brisbane", is_consulting_rooms=False)
    update_location(db, place.id, answers, 1, by=by, now=NOW)
    assert (place.timezone, place.is_consulting_rooms, place.version) == ("Australia/Brisbane", False, 2)
    with pytest.raises(StaleVersion):
        update_location(db, place.id, answers, 1, by=by, now=NOW)


def test_a_room_of_the_same_name_is_the_same_room(db: WriteSession) -> None:
    place, by = a_location(db), make_user(db)
    first = add_room(db, place.id, name="Yarning room", seats=12, by=by, now=NOW)
    db.flush()
    assert add_room(db, place.id, name="Yarning room", seats=14, by=by, now=NOW).id == first.id
    assert first.seats == 14


def test_people_are_locked_in_the_order_of_their_ids_and_all_of_them_or_none(db: WriteSession) -> None:
    people = [make_patient(db).id for _ in range(5)]
    assert [person.id for person in lock_patients(db, reversed(people))] == sorted(people)  # type: ignore[arg-type]
    with pytest.raises(PersonNotFound):
        lock_patients(db, [people[0], Patient(preferred_name="x", preferred_search="x", created_at=NOW).id])
