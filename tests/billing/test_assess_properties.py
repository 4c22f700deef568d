"""What must hold for any day at all, searched by Hypothesis."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from billing import Assessment, Consult, GroupService, assess, load_rulebook
from tests.billing.scene import service

SESSION_MINUTES = 90


@st.composite
def days(draw: st.DrawFn) -> GroupService:
    """A session with up to six patients, whose consults may overlap, fall outside presence or be broken off."""
    empty = service({"presence": ["10:20-11:20"], "patient": [{"name": f"P{index}"} for index in range(6)]})
    people = []
    for person in empty.attendees:
        consults = []
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.integers(0, (SESSION_MINUTES - 1) * 60))
            end = draw(st.integers(start + 1, SESSION_MINUTES * 60))
            consults.append(
                Consult(
                    starts_at=empty.starts_at + timedelta(seconds=start),
                    ends_at=empty.starts_at + timedelta(seconds=end),
                    interrupted=draw(st.booleans()),
                )
            )
        person = replace(person, attended=draw(st.booleans()), consults=tuple(consults))
        people.append(replace(person, note_done=draw(st.booleans()), benefit_assigned=draw(st.booleans())))
    return replace(empty, attendees=tuple(people), is_consulting_rooms=draw(st.booleans()))


def proposed(day: GroupService) -> list[tuple[Assessment, tuple[Consult, ...]]]:
    pairs = zip(assess(day, load_rulebook()), day.attendees, strict=True)
    return [(assessment, person.consults) for assessment, person in pairs if assessment.outcome == "proposed"]


@settings(deadline=None)
@given(days())
def test_two_patients_with_overlapping_consults_are_never_both_proposed(day: GroupService) -> None:
    for (_, one), (_, other) in combinations(proposed(day), 2):
        assert not any(mine.overlaps(theirs) for mine in one for theirs in other)


@settings(deadline=None)
@given(days())
def test_proposed_time_never_exceeds_the_clinicians_presence_and_is_never_interrupted(day: GroupService) -> None:
    consults = [consult for _, each in proposed(day) for consult in each]

    assert sum(consult.seconds for consult in consults) <= sum(each.seconds for each in day.presence)
    assert not any(consult.interrupted for consult in consults)


@settings(deadline=None)
@given(days())
def test_a_proposal_has_its_agreement_its_note_and_one_attendance_tier(day: GroupService) -> None:
    pairs = zip(assess(day, load_rulebook()), day.attendees, strict=True)
    for assessment, person in pairs:
        assert len(assessment.fitting) <= 1
        if assessment.outcome == "proposed":
            assert person.attended
            assert person.note_done
            assert person.benefit_assigned


@settings(deadline=None)
@given(days(), st.randoms())
def test_the_order_of_the_list_changes_nothing(day: GroupService, random: Random) -> None:
    shuffled = list(day.attendees)
    random.shuffle(shuffled)

    again = {each.reference: each for each in assess(replace(day, attendees=tuple(shuffled)), load_rulebook())}
    for assessment in assess(day, load_rulebook()):
        other = again[assessment.reference]
        assert (other.outcome, other.consult_seconds) == (assessment.outcome, assessment.consult_seconds)
        assert [item.item_number for item in other.fitting] == [item.item_number for item in assessment.fitting]
        assert [item.schedule_fee_cents for item in other.fitting] == [
            item.schedule_fee_cents for item in assessment.fitting
        ]
