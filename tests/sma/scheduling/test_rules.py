"""Decisions of planning: pure, no database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sma.people.rules import Audience
from sma.scheduling.rules import (
    AudienceBasis,
    NotPlannable,
    ProgramPlan,
    SessionLocked,
    SessionPlan,
    SessionState,
    SessionStatus,
    SettingPlan,
    approval_gap,
    ceiling,
    least_minutes,
    minutes_each,
    must_be_draft,
    must_become,
    new_code,
    program_problems,
    readiness,
    session_span,
    setting_problems,
    state_of,
)

TODAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Row(NamedTuple):
    audience: str = Audience.MENS
    audience_name: str | None = None
    audience_basis: str | None = AudienceBasis.PREFERENCE
    approved_by_id: UUID | None = uuid4()
    review_on: date | None = date(2027, 6, 30)


class Worker(NamedTuple):
    role: str
    provider_number: str | None = None


@pytest.mark.parametrize(
    ("minutes", "people", "sentence"),
    [
        (60, 12, "60 minutes for 12 booked: 5.0 minutes each. At 6 minutes each, 10 fit."),
        (70, 11, "70 minutes for 11 booked: 6.3 minutes each. At 6 minutes each, 11 fit."),
        (80, 13, "80 minutes for 13 booked: 6.1 minutes each. At 6 minutes each, 13 fit."),
        (71, 12, "71 minutes for 12 booked: 5.9 minutes each. At 6 minutes each, 11 fit."),
        (60, 0, "60 minutes, nobody booked. At 6 minutes each, 10 fit."),
        (0, 4, "0 minutes for 4 booked: 0.0 minutes each. At 6 minutes each, 0 fit."),
    ],
)
def test_the_minutes_each_are_cut_and_never_rounded_up_to_six(minutes: int, people: int, sentence: str) -> None:
    assert minutes_each(minutes, people).sentence == sentence


@given(minutes=st.integers(0, 720), people=st.integers(1, 100))
def test_whoever_fits_has_at_least_the_shortest_timed_consult(minutes: int, people: int) -> None:
    share = minutes_each(minutes, people)
    assert share.is_tight == (minutes < people * least_minutes())
    assert (float(share.each or 0) < least_minutes()) == share.is_tight


def test_the_least_minutes_of_a_day_before_our_first_item_version_are_the_newest_known() -> None:
    assert least_minutes(date(1999, 1, 1)) == least_minutes()


@pytest.mark.parametrize(
    ("most", "seats", "staff", "support", "places"),
    [(12, 14, 2, 0, 12), (12, 13, 2, 0, 11), (12, 14, 2, 2, 10), (12, None, 2, 2, 12), (12, 2, 3, 0, 0)],
)
def test_a_room_seats_staff_and_support_people_before_patients(
    most: int, seats: int | None, staff: int, support: int, places: int
) -> None:
    assert ceiling(most, seats, staff, support) == places


def test_a_session_open_to_everyone_needs_no_approval() -> None:
    assert approval_gap(Row(Audience.OPEN, None, None, None, None), today=TODAY) is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row(audience_basis=None), "reason"),
        (Row(review_on=None), "date to review"),
        (Row(review_on=TODAY), "has come"),
        (Row(review_on=date(2026, 12, 1)), "before the session is held"),
        (Row(approved_by_id=None), "not been approved"),
        (Row(Audience.NAMED, None), "own name"),
    ],
)
def test_any_other_audience_needs_its_whole_record(row: Row, words: str) -> None:
    gap = approval_gap(row, today=TODAY, held_on=date(2026, 12, 8))
    assert gap is not None
    assert words in gap


def test_an_approved_mens_session_may_be_published() -> None:
    assert approval_gap(Row(), today=TODAY, held_on=date(2026, 12, 8)) is None


@pytest.mark.parametrize("words", ["Biological women", "biologically male", "Born female only", "by sex at birth"])
def test_no_audience_is_worded_by_bodies(words: str) -> None:
    problems = setting_problems(SettingPlan(audience=Audience.NAMED, audience_name=words))
    assert "by their own word" in problems["audience_name"]


def test_a_named_group_needs_its_name_and_sizes_go_up() -> None:
    plan = SettingPlan(audience=Audience.NAMED, least=5, target=4)
    assert set(setting_problems(plan)) == {"audience_name", "target"}
    assert set(setting_problems(SettingPlan(target=10, most=9))) == {"most"}


def test_going_back_to_open_leaves_no_old_reason_behind() -> None:
    plan = SettingPlan(audience=Audience.OPEN, audience_basis=AudienceBasis.TOPIC, audience_note="old", review_on=TODAY)
    assert plan.record() == ("open", None, None, None, None)


@pytest.mark.parametrize("label", ["Men's group", "Womens yarn", "For women", "male health"])
def test_the_label_for_everyone_says_not_for_whom(label: str) -> None:
    assert "neutral_label" in program_problems(ProgramPlan(name="Yarn", neutral_label=label))


@pytest.mark.parametrize("label", ["Shared appointment", "Mental health", "Menopause talk", "Workmen’s hall session"])
def test_ordinary_labels_pass(label: str) -> None:
    assert program_problems(ProgramPlan(name="Yarn", neutral_label=label)) == {}


def _plan(day: date, starts: time, ends: time) -> SessionPlan:
    return SessionPlan(program_id=uuid4(), location_id=uuid4(), on=day, starts=starts, ends=ends)


def test_an_end_inside_a_skipped_hour_is_refused_beside_the_end() -> None:
    with pytest.raises(NotPlannable) as refusal:
        session_span(_plan(date(2027, 10, 3), time(1, 0), time(2, 15)), "Australia/Sydney")
    assert set(refusal.value.fields) == {"ends"}


def test_a_session_across_the_change_of_clocks_lasts_what_the_clock_on_the_wall_lost() -> None:
    span = session_span(_plan(date(2027, 10, 3), time(1, 0), time(4, 0)), "Australia/Sydney")
    assert span.ends_at - span.starts_at == 2 * HOUR


def test_brisbane_keeps_its_clocks_so_the_same_time_is_fine_there() -> None:
    span = session_span(_plan(date(2027, 10, 3), time(2, 30), time(4, 0)), "Australia/Brisbane")
    assert span.starts_at == datetime(2027, 10, 2, 16, 30, tzinfo=UTC)


def test_a_session_is_at_most_twelve_hours_long() -> None:
    with pytest.raises(NotPlannable):
        session_span(_plan(TODAY, time(6), time(19)), "Australia/Perth")


def test_a_code_has_no_letter_that_is_misread_and_none_that_makes_words() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert not set("".join(codes)) & set("01258AEIOUBLSZ")


@pytest.mark.parametrize(
    ("status", "at", "taken", "state"),
    [
        ("open", -HOUR, 3, SessionState.OPEN),
        ("open", -HOUR, 12, SessionState.FULL),
        ("open", -HOUR, 13, SessionState.FULL),
        ("open", 0 * HOUR, 12, SessionState.IN_PROGRESS),
        ("open", 2 * HOUR, 3, SessionState.OPEN),
        ("closed", 0 * HOUR, 3, SessionState.CLOSED),
        ("draft", 0 * HOUR, 0, SessionState.DRAFT),
        ("cancelled", -HOUR, 12, SessionState.CANCELLED),
    ],
)
def test_full_and_in_progress_are_worked_out_and_never_stored(
    status: str, at: timedelta, taken: int, state: SessionState
) -> None:
    assert state_of(status, starts_at=START, ends_at=START + HOUR, now=START + at, taken=taken, places=12) is state


@pytest.mark.parametrize("status", ["closed", "cancelled"])
@pytest.mark.parametrize("wanted", list(SessionStatus))
def test_a_closed_or_cancelled_session_becomes_nothing_else(status: str, wanted: SessionStatus) -> None:
    with pytest.raises(SessionLocked):
        must_become(status, wanted)


def test_a_draft_cannot_be_closed_and_a_paused_session_is_not_published_again() -> None:
    with pytest.raises(SessionLocked):
        must_become("draft", SessionStatus.CLOSED)
    with pytest.raises(SessionLocked):
        must_be_draft("paused")


def test_a_session_without_anybody_lists_each_missing_role_with_its_remedy() -> None:
    missing = readiness([], is_billed=True, approval_gap=None, review_on=None).missing
    assert [need.code for need in missing] == ["clinician", "facilitator"]
    assert all(need.remedy for need in missing)


def test_a_provider_number_is_needed_only_where_items_are_claimed() -> None:
    staff = [Worker("clinician"), Worker("facilitator")]
    assert readiness(staff, is_billed=True, approval_gap=None, review_on=None).missing
    assert not readiness(staff, is_billed=False, approval_gap=None, review_on=None).missing


def test_what_is_missing_about_the_audience_is_marked_as_not_for_everyone() -> None:
    staff = [Worker("clinician", "2448261H"), Worker("facilitator")]
    (need,) = readiness(staff, is_billed=True, approval_gap="Not approved.", review_on=None).missing
    assert need.is_about_setting
