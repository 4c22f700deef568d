"""What was entered about a person counts from then on, and never changes: it ends or is marked as a mistake."""

from datetime import date

import pytest
from sqlmodel import select

from billing import EarlierService, Profession
from sma.core.audit import AuditEvent
from sma.core.db import WriteSession
from sma.core.errors import Invalid
from sma.entitlements import (
    EarlierRecord,
    ReferralLetter,
    ReferralRecord,
    earlier_services,
    my_medicare_here,
    record_plan,
    record_referral,
    record_registration,
    record_service,
    referrals,
)
from sma.entitlements.actions import end_referral, mark_mistaken
from sma.entitlements.rules import AlreadyEnded, AlreadyRecorded, RecordNotFound, ReferralPeriod
from sma.identity import Role
from tests.factories import NOW, make_patient, make_user

TODAY = date(2026, 11, 23)
LETTER = ReferralLetter(
    profession=Profession.DIETITIAN,
    referrer_name="Dr A. Nguyen",
    referrer_provider_number="2447781L",
    issued_on=date(2026, 3, 3),
    period=ReferralPeriod.MONTHS,
    months=12,
    services=5,
)


def test_a_health_check_elsewhere_counts_from_the_day_it_was_given(db: WriteSession) -> None:
    desk, patient = make_user(db, Role.FRONT_DESK), make_patient(db)
    day = date(2026, 3, 10)
    given = {"given": "elsewhere", "place": "Northmead", "by": desk, "now": NOW}
    record_service(db, patient.id, item_number=" 715 ", date_of_service=day, **given)
    db.flush()

    known = earlier_services(db, [patient.id], TODAY)
    before = earlier_services(db, [patient.id], date(2026, 3, 9))

    assert known == {
        patient.id: [EarlierService(item_number="715", date_of_service=day, known_from="another practice")]
    }
    assert earlier_services(db, [patient.id], day) == known
    assert before == {}
    with pytest.raises(AlreadyRecorded):
        record_service(db, patient.id, item_number="715", date_of_service=day, **given)


@pytest.mark.parametrize(
    ("item", "day", "field"),
    [
        ("715", date(2026, 11, 24), "date_of_service"),
        ("715", date(1970, 3, 3), "date_of_service"),
        ("99999", date(2026, 3, 10), "item_number"),
        ("71S", date(2026, 3, 10), "item_number"),
    ],
)
def test_what_cannot_have_been_is_not_recorded(db: WriteSession, item: str, day: date, field: str) -> None:
    desk, patient = make_user(db, Role.FRONT_DESK), make_patient(db, born_on=date(1970, 3, 4))

    with pytest.raises(Invalid) as refusal:
        record_service(
            db, patient.id, item_number=item, date_of_service=day, given="elsewhere", place=None, by=desk, now=NOW
        )

    assert set(refusal.value.fields) == {field}


def test_a_mistake_stays_in_the_record_and_counts_no_longer(db: WriteSession) -> None:
    desk, patient, other = make_user(db, Role.FRONT_DESK), make_patient(db), make_patient(db)
    row = record_plan(db, patient.id, kind="gpccmp-made", made_on=TODAY, given="here", place=None, by=desk, now=NOW)
    db.flush()

    with pytest.raises(RecordNotFound):
        mark_mistaken(db, EarlierRecord, other.id, row.id, by=desk, now=NOW)
    mark_mistaken(db, EarlierRecord, patient.id, row.id, by=desk, now=NOW)
    mark_mistaken(db, EarlierRecord, patient.id, row.id, by=desk, now=NOW)
    db.flush()

    assert earlier_services(db, [patient.id], TODAY) == {}
    assert db.get_one(EarlierRecord, row.id).mistake_by_id == desk.id
    assert [each.did for each in db.exec(select(AuditEvent))] == ["record-plan", "mark-mistaken"]
    again = record_plan(db, patient.id, kind="gpccmp-made", made_on=TODAY, given="here", place=None, by=desk, now=NOW)
    assert again.id != row.id


def test_a_referral_holds_from_its_date_until_it_is_ended(db: WriteSession) -> None:
    desk, patient = make_user(db, Role.FRONT_DESK), make_patient(db)
    row = record_referral(db, patient.id, LETTER, by=desk, now=NOW)
    db.flush()

    (held,) = referrals(db, [patient.id], TODAY)[patient.id]
    end_referral(db, patient.id, row.id, by=desk, now=NOW)
    db.flush()

    assert (held.facts.profession, held.facts.months, held.facts.services) == (Profession.DIETITIAN, 12, 5)
    assert held.referrer_provider_number == "2447781L"
    assert referrals(db, [patient.id], date(2026, 3, 2)) == {}
    assert referrals(db, [patient.id], TODAY) == {}
    assert len(referrals(db, [patient.id], date(2026, 11, 22))) == 1
    with pytest.raises(AlreadyEnded):
        end_referral(db, patient.id, row.id, by=desk, now=NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"referrer_provider_number": "2447781K"}, "referrer_provider_number"),
        ({"issued_on": date(2026, 11, 24)}, "issued_on"),
        ({"months": None}, "months"),
        ({"period": ReferralPeriod.INDEFINITE}, "months"),
    ],
)
def test_a_letter_that_cannot_be_read_so_is_refused(db: WriteSession, change: dict[str, object], field: str) -> None:
    desk, patient = make_user(db, Role.FRONT_DESK), make_patient(db)

    with pytest.raises(Invalid) as refusal:
        record_referral(db, patient.id, ReferralLetter(**{**vars(LETTER), **change}), by=desk, now=NOW)

    assert set(refusal.value.fields) == {field}
    assert db.exec(select(ReferralRecord)).all() == []


def test_the_newest_registration_on_the_day_says_whether_somebody_is_registered_here(db: WriteSession) -> None:
    desk, patient, unasked = make_user(db, Role.FRONT_DESK), make_patient(db), make_patient(db)
    for registered, day in (("here", date(2026, 2, 1)), ("elsewhere", date(2026, 9, 1))):
        record_registration(db, patient.id, registered=registered, from_on=day, by=desk, now=NOW)
    db.flush()
    asked = [patient.id, unasked.id]

    assert my_medicare_here(db, asked, date(2026, 1, 31)) == {}
    assert my_medicare_here(db, asked, date(2026, 8, 31)) == {patient.id: True}
    assert my_medicare_here(db, asked, date(2026, 9, 1)) == {patient.id: False}
