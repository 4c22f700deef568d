"""What must hold for any day at all, searched by Hypothesis."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billing import (
    Assessment,
    Attendee,
    Consult,
    EarlierService,
    GroupService,
    Interval,
    ItemFinding,
    Verdict,
    assess,
    load_rulebook,
)
from tests.billing.scene import service

SESSION_MINUTES = 90
MOSTLY = st.integers(0, 4).map(bool)


@st.composite
def days(draw: st.DrawFn) -> GroupService:
    """A session with up to six patients, whose consults may overlap, fall outside presence or be broken off."""
    empty = service({"presence": ["10:20-11:20"], "patient": [{"name": f"P{index}"} for index in range(6)]})
    people = []
    clock = 20 * 60
    for person in empty.attendees:
        consults = []
        for _ in range(draw(st.sampled_from((1, 1, 0, 2)))):
            # One after the other as on a real day, with a step back now and then into the one before.
            start = max(clock + draw(st.integers(-60, 240)), 0)
            clock = start + draw(st.integers(1, 900))
            consults.append(
                Consult(
                    starts_at=empty.starts_at + timedelta(seconds=start),
                    ends_at=empty.starts_at + timedelta(seconds=clock),
                    interrupted=not draw(MOSTLY),
                )
            )
        person = replace(person, attended=draw(MOSTLY), consults=tuple(consults))
        people.append(replace(person, note_done=draw(MOSTLY), benefit_assigned=draw(MOSTLY)))
    away = draw(st.integers(-30, SESSION_MINUTES))
    elsewhere = Interval(
        starts_at=empty.starts_at + timedelta(minutes=away),
        ends_at=empty.starts_at + timedelta(minutes=away + draw(st.integers(1, 30))),
    )
    return replace(
        empty,
        attendees=tuple(people),
        is_consulting_rooms=draw(st.booleans()),
        elsewhere=(elsewhere,) if draw(st.booleans()) else (),
    )


def proposed(day: GroupService) -> list[tuple[Assessment, tuple[Consult, ...]]]:
    pairs = zip(assess(day, load_rulebook()), day.attendees, strict=True)
    return [(assessment, person.consults) for assessment, person in pairs if assessment.outcome == "proposed"]


@settings(deadline=None)
@given(days())
def test_two_patients_with_overlapping_consults_are_never_both_proposed(day: GroupService) -> None:
    for (_, one), (_, other) in combinations(proposed(day), 2):
        assert not any(mine.overlaps(theirs) for mine in one for theirs in other)
    assert not any(mine.overlaps(away) for _, one in proposed(day) for mine in one for away in day.elsewhere)


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


@settings(deadline=None)
@given(days())
def test_assessing_twice_changes_nothing(day: GroupService) -> None:
    assert assess(day, load_rulebook()) == assess(day, load_rulebook())


EVIDENCE = st.sampled_from(["note", "agreement", "birthday", "earlier service", "registration", "arrival", "consult"])


@settings(deadline=None)
@given(days(), EVIDENCE)
def test_more_evidence_about_one_person_takes_no_line_from_another(day: GroupService, evidence: str) -> None:
    before = assess(day, load_rulebook())
    whole = replace(day, attendees=(with_evidence(day, evidence), *day.attendees[1:]))

    # Their number may change what a shared fee comes to, never which items fit.
    for old, new in zip(before[1:], assess(whole, load_rulebook())[1:], strict=True):
        assert [item.item_number for item in new.fitting] == [item.item_number for item in old.fitting]
        assert new.outcome == old.outcome


def with_evidence(day: GroupService, evidence: str) -> Attendee:
    """The first person, with something more on record; a consult in time that the clinician spent with nobody."""
    first = day.attendees[0]
    if evidence == "consult":
        taken = [consult for each in day.attendees for consult in each.consults]
        for second in range(0, SESSION_MINUTES * 60, 300):
            starts = day.starts_at + timedelta(seconds=second)
            free = Consult(starts_at=starts, ends_at=starts + timedelta(seconds=299))
            if not any(free.overlaps(each) for each in taken):
                return replace(first, consults=(*first.consults, free))
        return first
    earlier = EarlierService(item_number="967", date_of_service=day.date_of_service)
    changes: dict[str, dict[str, Any]] = {
        "note": {"note_done": True},
        "agreement": {"benefit_assigned": True},
        "birthday": {"born_on": date(1970, 1, 1)},
        "earlier service": {"history": (earlier,)},
        "registration": {"is_my_medicare_here": True},
        "arrival": {"attended": True, "arrived_at": day.starts_at},
    }
    return replace(first, **changes[evidence])


PROGRAMS = {
    "dietitian": ("group-allied-health", "individual-allied-health"),
    "psychologist": ("psychological-group", "eating-disorder-group"),
    "practice-nurse": ("nurse-follow-up",),
    "general-practitioner": ("health-check", "chronic-condition-plan", "mental-health-plan"),
}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from(sorted(PROGRAMS))), min_size=10, max_size=40), st.randoms()
)
def test_no_limit_is_ever_passed_by_approving_one_line_after_another(
    visits: list[tuple[int, str]], random: Random
) -> None:
    day = date(2026, 7, 1)
    history: list[EarlierService] = []
    for wait, clinician in visits:
        day += timedelta(days=wait)
        standing = approvable(day, clinician, tuple(history))
        if standing:
            chosen = random.choice(standing)
            history.append(EarlierService(item_number=chosen.item_number, date_of_service=day))

    for pool in load_rulebook().pools.values():
        if pool.most is None or pool.period == "months-from-plan":
            continue
        used = [each.date_of_service for each in history if each.item_number in pool.items]
        for first in used:
            end = first + timedelta(days=28 * (pool.months or 0))
            in_year = [each for each in used if each.year == first.year]
            in_months = [each for each in used if first <= each < end]
            assert len(in_year if pool.months is None else in_months) <= pool.most, (pool.name, used)


def approvable(day: date, clinician: str, history: tuple[EarlierService, ...]) -> list[ItemFinding]:
    """What a clinician could approve, confirming everything that a person may confirm but a limit."""
    whole = service(
        {
            "date": day,
            "clinician": clinician,
            "families": list(PROGRAMS[clinician]),
            "session": "10:00-11:00",
            "patient": [{"seen": [] if clinician == "psychologist" else ["10:00-10:45"], "status": "1"}],
            "others_present": 6,
        }
    )
    patient = replace(whole.attendees[0], history=history)
    assessment = assess(replace(whole, attendees=(patient, *whole.attendees[1:])), load_rulebook())[0]
    return [
        item
        for item in assessment.fitting
        if all(each.verdict in (Verdict.MET, Verdict.CANNOT_KNOW) for each in item.findings if each.rule == "frequency")
    ]
