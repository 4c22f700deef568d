"""The fit check, the states and the words for them, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sma.appointments.rules import (
    ALLOWED,
    CHOOSABLE,
    LIVE,
    REASON_WORDS,
    STATUS_WORDS,
    TAKES_A_PLACE,
    AppointmentStatus,
    CancelReason,
    Fit,
    Person,
    Places,
    Setting,
    Stopped,
    Verdict,
    closed_to_booking,
    explained,
    fit,
    is_eligible,
    may_become,
    why_not_yet,
    words_for,
)
from sma.appointments.rules.fit import NOT_SAID
from sma.appointments.rules.states import NOT_RECORDED
from sma.scheduling.rules import SessionStatus
from tests.conftest import NOW

SCREEN_WORDS = {
    "Requested",
    "Offered",
    "Booked",
    "Confirmed",
    "Arrived",
    "In session",
    "Left",
    "Attended",
    "Absent",
    "Excused",
    "Cancelled by patient",
    "Cancelled by clinic",
    "Waiting",
    NOT_RECORDED,
}
ROOM = Places(taken=3, waiting=0, ceiling=10)
FULL = Places(taken=10, waiting=0, ceiling=10)


def somebody(**changes: object) -> Person:
    return Person(**{"groups_ok": {"mens"}, "groups_state": "answered", "has_agreement": True, **changes})  # type: ignore[arg-type]


def worst(checked: Fit) -> Verdict:
    found = {finding.verdict for finding in checked.findings}
    return next((verdict for verdict in (Verdict.STOP, Verdict.WARN) if verdict in found), Verdict.PASS)


def test_somebody_who_said_this_group_suits_them_books_without_a_word() -> None:
    checked = fit(somebody(), Setting("mens"), ROOM)

    assert worst(checked) is Verdict.PASS
    assert checked.reasons == ()


def test_somebody_whose_answer_does_not_name_this_group_is_stopped_softly() -> None:
    checked = fit(somebody(groups_ok={"womens", "open"}), Setting("mens"), ROOM)

    assert worst(checked) is Verdict.STOP
    assert checked.unpassed({"suit": "his own wish"}, may_pass=True) == ()
    assert [point.code for point in checked.unpassed({"suit": "his own wish"}, may_pass=False)] == ["suit"]


def test_nobody_is_presumed_to_feel_comfortable_in_an_open_group_who_did_not_say_so() -> None:
    assert worst(fit(somebody(groups_ok={"mens"}), Setting("open"), ROOM)) is Verdict.STOP


@pytest.mark.parametrize("state", ["not-asked", "declined", "unknown"])
def test_whoever_has_not_answered_is_asked_with_words_to_ask_in(state: str) -> None:
    checked = fit(somebody(groups_ok=set(), groups_state=state), Setting("womens"), ROOM)

    assert worst(checked) is Verdict.WARN
    assert "Which would you feel comfortable in?" in checked.findings[0].remedy
    assert checked.unpassed({"suit": "asked"}, may_pass=False) == ()


def test_a_named_group_is_matched_by_its_own_name() -> None:
    person = somebody(groups_ok={"named:Aunties’ group"})

    assert worst(fit(person, Setting("named", "Aunties’  group"), ROOM)) is Verdict.PASS
    assert worst(fit(person, Setting("named", "Uncles’ group"), ROOM)) is Verdict.STOP


@pytest.mark.parametrize(
    ("person", "places"),
    [(somebody(is_busy=True), ROOM), (somebody(is_deceased=True), ROOM), (somebody(), FULL)],
)
def test_no_reason_of_anybody_passes_a_hard_stop(person: Person, places: Places) -> None:
    checked = fit(person, Setting("mens"), places)
    reasons = {finding.code: "because" for finding in checked.findings}

    assert checked.unpassed(reasons, may_pass=True)


def test_a_missing_agreement_can_be_passed_by_a_named_role_with_a_reason_only() -> None:
    checked = fit(somebody(has_agreement=False), Setting("mens"), ROOM)

    assert worst(checked) is Verdict.WARN
    assert checked.unpassed({}, may_pass=True)
    assert checked.unpassed({"agreement": "on the day"}, may_pass=False)
    assert not checked.unpassed({"agreement": "on the day"}, may_pass=True)


def test_too_few_clinician_minutes_warn_and_never_stop() -> None:
    checked = fit(
        somebody(),
        Setting("mens"),
        ROOM,
        crowding="60 minutes for 11 booked: 5.4 minutes each. At 6 minutes each, 10 fit.",
    )

    assert worst(checked) is Verdict.WARN
    assert checked.unpassed({}, may_pass=False) == ()


def test_a_newcomer_waits_while_somebody_eligible_waits() -> None:
    checked = fit(somebody(), Setting("mens"), ROOM, others_first=True)

    assert [point.code for point in checked.unpassed({}, may_pass=True)] == ["waiting"]
    assert not checked.unpassed({"waiting": "dialysis day"}, may_pass=True)


def test_every_check_that_does_not_pass_says_a_way_forward() -> None:
    worst = Person(is_deceased=True, is_busy=True)
    checked = fit(worst, Setting("mens"), ROOM, others_first=True, crowding="Too many.")

    assert all(finding.remedy for finding in checked.findings if finding.verdict is not Verdict.PASS)


def test_no_room_and_not_suiting_read_alike_on_the_waiting_list() -> None:
    mismatch, fine = somebody(groups_ok={"womens"}), somebody()
    words = {
        why_not_yet(fit(mismatch, Setting("mens"), ROOM), is_first=True),
        why_not_yet(fit(mismatch, Setting("mens"), FULL), is_first=True),
        why_not_yet(fit(fine, Setting("mens"), FULL), is_first=True),
        why_not_yet(fit(somebody(is_deceased=True), Setting("mens"), ROOM), is_first=True),
    }

    assert words == {"No suitable place yet"}


def test_why_not_yet_names_what_the_desk_can_put_right() -> None:
    setting = Setting("mens")

    assert "Agreement" in why_not_yet(fit(somebody(has_agreement=False), setting, ROOM), is_first=True)
    assert "another appointment" in why_not_yet(fit(somebody(is_busy=True), setting, ROOM), is_first=True)
    assert "waited longer" in why_not_yet(fit(somebody(), setting, ROOM), is_first=False)
    assert "A place is free" in why_not_yet(fit(somebody(), setting, ROOM), is_first=True)
    assert "Ask first" in why_not_yet(fit(Person(has_agreement=True), setting, ROOM), is_first=True)


def test_somebody_passed_once_by_a_named_role_stays_eligible() -> None:
    person = somebody(groups_ok={"womens"})

    assert not is_eligible(person, Setting("mens"), {})
    assert is_eligible(person, Setting("mens"), {"suit": "his own wish"})


@given(sets=st.frozensets(st.sampled_from(["open", "mens", "womens"])), audience=st.sampled_from(["open", "mens"]))
def test_the_answer_depends_on_the_persons_own_groups_and_nothing_else(sets: frozenset[str], audience: str) -> None:
    checked = fit(somebody(groups_ok=sets), Setting(audience), ROOM)
    expected = Verdict.WARN if not sets else Verdict.PASS if audience in sets else Verdict.STOP

    assert worst(checked) is expected


def test_every_stop_looks_the_same_from_outside() -> None:
    seen = {(stop.status, stop.code, stop.message, str(stop)) for stop in map(Stopped, ["suit", "place", "person"])}

    assert len(seen) == 1
    assert not {"sex", "gender", "men", "women", "full"} & set(next(iter(seen))[2].lower().split())


def test_a_session_takes_bookings_only_while_open_and_before_it_begins() -> None:
    for status in SessionStatus:
        is_closed = closed_to_booking(status, NOW.replace(hour=23), walk_in=False, now=NOW) is not None
        assert is_closed is (status is not SessionStatus.OPEN)
    assert closed_to_booking("open", NOW, walk_in=False, now=NOW)
    assert closed_to_booking("open", NOW, walk_in=True, now=NOW) is None
    assert closed_to_booking("closed", NOW, walk_in=True, now=NOW)


def test_screens_have_one_word_for_each_state_and_reason() -> None:
    assert set(STATUS_WORDS.values()) <= SCREEN_WORDS
    assert {status for status, reason in STATUS_WORDS if reason is None} == set(LIVE)
    assert {reason for status, reason in STATUS_WORDS if reason} == set(CancelReason) == set(REASON_WORDS)
    assert words_for("booked") == "Booked"
    assert words_for("booked", session_is_over=True) == "Not recorded"
    assert words_for("waitlist") == "Waiting"
    assert words_for("fulfilled") == "Attended"
    assert words_for("noshow") == "Absent"
    assert words_for("cancelled", "patient") == "Cancelled by patient"
    assert words_for("cancelled", "community-pause") == "Excused"
    assert words_for("entered-in-error", "entered-by-mistake") == "Cancelled by clinic"


def test_only_an_act_of_its_own_can_say_moved_paused_session_cancelled_or_that_somebody_died() -> None:
    assert set(CancelReason) - set(CHOOSABLE) == {
        CancelReason.MOVED,
        CancelReason.COMMUNITY_PAUSE,
        CancelReason.SESSION_CANCELLED,
        CancelReason.DECEASED,
    }


def test_the_table_of_changes_knows_every_state_and_keeps_what_was_entered_by_mistake() -> None:
    assert set(ALLOWED) == set(AppointmentStatus)
    assert may_become("waitlist", "booked")
    assert may_become("cancelled", "booked")
    assert not may_become("waitlist", "arrived")
    assert not may_become("fulfilled", "cancelled")
    assert ALLOWED[AppointmentStatus.ENTERED_IN_ERROR] == frozenset()
    assert AppointmentStatus.WAITLIST not in TAKES_A_PLACE


def test_the_reasons_for_what_was_passed_are_said_and_hints_that_nobody_explained_are_not() -> None:
    kept = {"waiting": "Dialysis day", "agreement": "Signs on the day", "minutes": NOT_SAID}

    assert explained(kept) == ["Without an agreement: Signs on the day", "Before somebody who waits: Dialysis day"]
