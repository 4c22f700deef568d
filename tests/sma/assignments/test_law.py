"""What an agreement must say, when it may be made, how long it is kept, and what it does not cover."""

import json
import tomllib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import pytest

from sma.assignments.law import load_law
from sma.assignments.rules import (
    Attended,
    BilledService,
    NotAssignable,
    Particulars,
    frozen,
    is_within,
    kept_until,
    mismatch,
    missing_elements,
    read_strokes,
    thawed,
)
from sma.assignments.rules.methods import AssignmentMethod, gap_in
from sma.assignments.web.asking import item_numbers

DAY = date(2026, 11, 24)
WHOLE = Particulars(
    patient_name="Alan Drum",
    agreed_on=DAY,
    timing="pre",
    practitioner_name="Dr Sam Okafor",
    provider_number="2447781L",
    days=(DAY,),
    descriptions=("Appointment with a general practitioner",),
    by_patient=True,
)
AFTER = replace(WHOLE, timing="post", descriptions=(), items=("23",))
BY_DAUGHTER = replace(WHOLE, by_patient=False, assignor_name="Rosa Drum", relationship="daughter")


@pytest.mark.parametrize("whole", [WHOLE, AFTER, BY_DAUGHTER, replace(WHOLE, provider_number="", place="1 Beach Rd")])
def test_an_agreement_with_all_seven_elements_may_be_signed(whole: Particulars) -> None:
    assert missing_elements(whole) == {}


@pytest.mark.parametrize(
    ("whole", "without", "element", "answer"),
    [
        (WHOLE, {"patient_name": " "}, "D1", "patient"),
        (WHOLE, {"agreed_on": None}, "D2", "assigned_on"),
        (WHOLE, {"timing": ""}, "D3", "timing"),
        (WHOLE, {"practitioner_name": ""}, "D4", "clinician"),
        (WHOLE, {"provider_number": "", "place": ""}, "D4", "clinician"),
        (WHOLE, {"days": ()}, "D5", "sessions"),
        (WHOLE, {"descriptions": ()}, "D6a", "descriptions"),
        (AFTER, {"items": ()}, "D6b", "items"),
        (WHOLE, {"by_patient": None}, "D7", "assignor"),
        (BY_DAUGHTER, {"assignor_name": ""}, "D7", "assignor"),
        (BY_DAUGHTER, {"relationship": ""}, "D7", "assignor"),
    ],
)
def test_each_element_that_is_missing_is_named(
    whole: Particulars, without: dict[str, Any], element: str, answer: str
) -> None:
    missing = missing_elements(replace(whole, **without))
    assert list(missing) == [element]
    assert missing[element][0] == answer


@pytest.mark.parametrize("whole", [WHOLE, AFTER, BY_DAUGHTER, replace(WHOLE, days=(), first_day=DAY)])
def test_what_was_agreed_is_read_back_as_it_was_kept(whole: Particulars) -> None:
    assert thawed(json.loads(json.dumps(frozen(whole)))) == whole


@pytest.mark.parametrize(
    ("method", "agreed", "day", "fits"),
    [
        ("verbal", date(2027, 6, 30), date(2027, 6, 30), True),
        ("verbal", date(2027, 7, 1), date(2027, 6, 30), False),
        ("verbal", date(2027, 7, 1), date(2027, 7, 1), False),
        ("pre", date(2026, 11, 24), date(2027, 5, 24), True),
        ("pre", date(2026, 11, 24), date(2027, 5, 25), False),
        ("pre", date(2026, 8, 31), date(2027, 2, 28), True),
        ("pre", date(2026, 8, 31), date(2027, 3, 1), False),
        ("pre", date(2026, 6, 30), date(2026, 7, 2), False),
        ("pre", date(2026, 7, 1), date(2026, 7, 2), True),
    ],
)
def test_an_agreement_is_made_only_on_days_on_which_its_kind_is_accepted(
    method: str, agreed: date, day: date, fits: bool
) -> None:
    gap = gap_in(AssignmentMethod(method), agreed, day, "general-practitioner", today=date(2027, 7, 2))
    assert (gap is None) is fits


def test_an_agreement_is_kept_two_years_from_its_claim_or_its_last_service_the_later_of_both() -> None:
    days = [date(2026, 11, 24), date(2027, 2, 2)]
    assert kept_until(days, None) == date(2029, 2, 2)
    assert kept_until(days, date(2026, 11, 26)) == date(2029, 2, 2)
    assert kept_until(days, date(2027, 3, 1)) == date(2029, 3, 1)
    assert kept_until([date(2028, 2, 29)], None) == date(2030, 2, 28)


def test_every_rule_of_the_law_says_where_it_was_read_and_how_sure_that_is() -> None:
    table = tomllib.loads(files("sma.assignments").joinpath("law.toml").read_text(encoding="utf-8"))
    parts = {name: part for name, part in table.items() if isinstance(part, dict)}
    assert set(parts) >= {"verbal", "enduring", "ahead", "retention", "elements", "descriptions"}
    for name, part in parts.items():
        assert part["source"], name
        assert part["confidence"] in ("high", "medium", "low"), name
    assert load_law().verbal_doubt
    assert load_law().enduring_doubt


@pytest.mark.parametrize(
    ("item", "descriptions", "verdict"),
    [
        ("23", ["gp"], True),
        ("10990", ["gp"], True),
        ("715", ["gp"], False),
        ("715", ["gp", "health-check"], True),
        ("81105", ["gp"], False),
        ("23", [], False),
        ("99999", ["gp"], None),
        ("715", ["gp", "words of a later list"], None),
    ],
)
def test_an_item_falls_under_a_description_by_its_family(
    item: str, descriptions: list[str], verdict: bool | None
) -> None:
    assert is_within(item, descriptions) is verdict


@dataclass
class Agreement:
    patient_id: UUID = field(default_factory=uuid4)
    practitioner_id: UUID = field(default_factory=uuid4)
    method: str = "pre"
    timing: str = "pre"
    date_of_service: date = DAY
    occurrences: list[dict[str, str]] = field(default_factory=lambda: [{"day": DAY.isoformat()}])
    items: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=lambda: ["gp"])
    confirmed_items: list[str] = field(default_factory=list)
    signed_at: datetime | None = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    revoked_at: datetime | None = None


def judged(agreement: Agreement, *items: str, **changes: Any) -> str | None:
    whose, day = changes.get("patient_id", agreement.patient_id), changes.get("day", DAY)
    billed = BilledService(
        whose, changes.get("practitioner_id", agreement.practitioner_id), day, items or ("23",), "Australia/Sydney"
    )
    attended = Attended(changes.get("attended_id", whose), changes.get("attended_on", day), changes.get("came", True))
    return mismatch(agreement, attended, billed)


def test_agreement_attendance_and_line_of_one_service_match() -> None:
    assert judged(Agreement()) is None
    assert judged(Agreement(), "23", "10990") is None
    assert judged(Agreement(timing="post", method="post", items=["23", "10990"]), "23", "10990") is None


@pytest.mark.parametrize(
    ("agreement", "changes", "items", "says"),
    [
        (Agreement(), {"patient_id": uuid4()}, (), "another person"),
        (Agreement(), {"practitioner_id": uuid4()}, (), "another clinician"),
        (Agreement(), {"day": date(2026, 11, 25)}, (), "not for this day"),
        (Agreement(signed_at=None), {}, (), "not for this day"),
        (Agreement(occurrences=[{"day": "2026-11-24", "voided_at": "x"}]), {}, (), "void"),
        (Agreement(revoked_at=datetime(2026, 11, 24, 1, 0, tzinfo=UTC)), {}, (), "taken back"),
        (Agreement(), {"attended_id": uuid4()}, (), "roll call"),
        (Agreement(), {"attended_on": date(2026, 11, 23)}, (), "roll call"),
        (Agreement(), {"came": False}, (), "roll call does not show"),
        (Agreement(), {}, ("715",), "Item 715 does not fall under the description"),
        (Agreement(method="enduring"), {}, ("715",), "enduring agreement"),
        (Agreement(), {}, ("99999",), "cannot tell"),
        (Agreement(timing="post", items=["3"]), {}, ("23",), "does not name item 23"),
        (Agreement(timing="post", items=["23"]), {}, ("23", "10990"), "does not name item 10990"),
    ],
)
def test_each_way_in_which_they_can_differ_holds_the_line_back(
    agreement: Agreement, changes: dict[str, Any], items: tuple[str, ...], says: str
) -> None:
    reason = judged(agreement, *items, **changes)
    assert reason is not None
    assert says in reason


def test_an_item_that_a_person_decided_on_is_covered() -> None:
    assert judged(Agreement(confirmed_items=["715"]), "715") is None


@pytest.mark.parametrize(
    "drawn",
    [
        "",
        "[]",
        "nonsense",
        "[[[1,1],[2,2]]]",
        '[["a","b"]]',
        "[[[1,1],[2,2],[3,3],[4,4],[5,5],[601,6]]]",
        "[[[1,1],[2,2],[3,3],[4,4],[5,5],[6,-1]]]",
        "[[[1,1],[2,2],[3,3],[4,4],[5,5],[true,1]]]",
        "[[[1,1,1],[2,2],[3,3],[4,4],[5,5],[6,6]]]",
        "[" * 50_000,
        json.dumps([[[100, 100]]] * 6),
        json.dumps([[[1, 1], [99, 99]] * 3001]),
        json.dumps([[[1, 1], [99, 99]]] * 201),
    ],
)
def test_what_is_no_drawing_of_a_hand_is_not_taken_for_a_signature(drawn: str) -> None:
    with pytest.raises(NotAssignable):
        read_strokes(drawn)


def test_item_numbers_are_read_as_people_type_them() -> None:
    assert item_numbers(" 23, 10990 and 715;23 ") == ("23", "10990", "715")
