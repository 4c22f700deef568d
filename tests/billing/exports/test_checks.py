"""What keeps a line out of a claim, and what a person is only told to look at."""

from datetime import date, timedelta
from typing import Any

import pytest

from billing.exports.checks import Context, FormLimits, Service, cautions, obstacles, repeated
from tests.billing.exports.batches import START, make_line

LIMITS = FormLimits(
    days=365,
    since=date(2025, 9, 5),
    earlier_days=730,
    longest_name=40,
    longest_text=50,
    most_patients=99,
    warn_days=35,
    card_warn_days=30,
)
TODAY = date(2026, 11, 30)
REFERRED: dict[str, Any] = {
    "service_type_code": "S",
    "referral_provider_number": "2448261H",
    "referral_issue_date": date(2026, 9, 1),
    "referral_period_code": "S",
}


def codes(found: list[Any]) -> list[str]:
    return [each.code for each in found]


def about(**changes: Any) -> Context:
    return Context(**{"today": TODAY, "limits": LIMITS, **changes})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"medicare_number": "4951651681"}, "medicare-check-digit"),
        ({"medicare_number": None}, "medicare-missing"),
        ({"medicare_irn": "0"}, "irn"),
        ({"billing_type": "dva", "dva_file_number": "AB123456"}, "dva-shape"),
        ({"servicing_provider_number": "2447781T"}, "provider-number-check"),
        ({"payee_provider_number": "2429582T"}, "payee-number"),
        ({"payee_provider_number": "2447781L"}, "payee-same"),
        ({"patient_family_name": " "}, "name-missing"),
        ({"patient_given_name": "D" * 41}, "name-length"),
        ({"patient_family_name": "=1+1"}, "name-letters"),
        ({"patient_family_name": "Smith/Jones"}, "name-letters"),
        ({"patient_dob": date(2026, 11, 25)}, "born-later"),
        ({"session_date": date(2026, 12, 1)}, "future"),
        ({"session_date": date(2025, 11, 29)}, "too-old"),
        ({"charge_cents": 0}, "no-charge"),
        ({"charge_cents": -5}, "no-charge"),
        ({"number_of_patients_seen": 8}, "patients-seen"),
        ({"service_type_code": "S"}, "referral-missing"),
        ({**REFERRED}, None),
        ({"service_type_code": "S", "referral_override": "H"}, None),
        ({"service_type_code": "S", "referral_override": "O"}, "referral-override"),
        ({**REFERRED, "referral_provider_number": "2447781L"}, "referrer-same"),
        ({**REFERRED, "referral_provider_number": "2448261T"}, "referrer-number"),
        ({**REFERRED, "referral_issue_date": date(2026, 11, 25)}, "referral-date"),
        ({**REFERRED, "referral_period_code": None}, "referral-period"),
        ({**REFERRED, "referral_period_code": "N"}, "referral-months"),
        ({**REFERRED, "referral_period_months": 4}, "referral-months"),
        ({"patient_family_name": "O'Brien-Nguyễn", "patient_given_name": "D’Arcy"}, None),
    ],
)
def test_a_fault_holds_the_line_back_under_its_own_name(changes: dict[str, Any], code: str | None) -> None:
    assert codes(obstacles(make_line(0, **changes), about())) == ([code] if code else [])


@pytest.mark.parametrize(
    ("served", "today", "goes"),
    [
        (date(2025, 9, 5), date(2026, 9, 5), True),
        (date(2025, 9, 5), date(2026, 9, 6), False),
        (date(2025, 9, 4), date(2027, 9, 4), True),
        (date(2025, 9, 4), date(2027, 9, 5), False),
    ],
)
def test_from_5_september_2025_a_service_is_claimed_within_a_year_before_that_within_two(
    served: date, today: date, goes: bool
) -> None:
    assert codes(obstacles(make_line(0, session_date=served), about(today=today))) == ([] if goes else ["too-old"])


def test_a_card_must_have_been_good_on_the_day_itself() -> None:
    line = make_line(0)
    assert codes(obstacles(line, about(card_expires_on=date(2026, 11, 23)))) == ["card-expired"]
    assert obstacles(line, about(card_expires_on=date(2026, 11, 24))) == []
    assert codes(cautions(line, about(card_expires_on=date(2026, 11, 24)))) == ["card-ends-soon"]
    assert cautions(line, about(card_expires_on=TODAY + timedelta(days=31))) == []


@pytest.mark.parametrize(("seen", "goes"), [(None, False), (0, False), (1, True), (99, True), (100, False)])
def test_where_the_item_asks_how_many_were_seen_one_to_99_answers_it(seen: int | None, goes: bool) -> None:
    found = obstacles(make_line(0, number_of_patients_seen=seen), about(asks_patients_seen=True))
    assert codes(found) == ([] if goes else ["patients-seen"])


def test_a_bulk_billed_line_without_an_assignment_stays_a_veterans_line_goes() -> None:
    assert codes(obstacles(make_line(0), about(is_authorised=False))) == ["no-assignment"]
    veteran = make_line(0, billing_type="dva", dva_file_number="NX5A")
    assert obstacles(veteran, about(is_authorised=False)) == []


def test_what_is_only_worth_a_look_goes_along() -> None:
    old = make_line(0, session_date=TODAY - timedelta(days=330))
    assert codes(cautions(old, about())) == ["lodge-soon"]
    assert codes(cautions(make_line(6), about())) == ["name-letters"]
    assert codes(cautions(make_line(0, service_text="x" * 51), about())) == ["long-text"]


def test_no_reason_repeats_a_number_or_a_name() -> None:
    line = make_line(0, medicare_number="4951651681", servicing_provider_number="2447781T", patient_family_name="=Drum")
    for found in obstacles(line, about()):
        assert not any(
            word in found.reason + found.remedy for word in ("4951651681", "2447781T", "Drum", "ARCHIBALD", "Dante")
        )
        assert found.remedy.endswith(".")


def service(start: int, end: int, same: str = "one") -> Service:
    return Service((same,), START + timedelta(minutes=start), START + timedelta(minutes=end))


def test_the_same_service_is_a_repeat_unless_the_sessions_share_no_minute() -> None:
    assert repeated([service(0, 60), service(0, 60, "other")]) == (set(), set())
    assert repeated([service(0, 60), service(59, 90)]) == ({1}, set())
    assert repeated([service(0, 60), service(60, 90)]) == (set(), {1})
    assert repeated([service(0, 60)], [service(30, 40)]) == ({0}, set())
    assert repeated([service(0, 60), service(60, 90), service(70, 80)]) == ({2}, {1})
