"""The yarn up of 24 November 2026 from arrival to proposals, minute by minute."""

from billing import Assessment, GroupService, Verdict, assess, load_rulebook
from tests.billing.scene import service

TIMES = {
    "P01": ["10:26-10:33"],
    "P02": ["10:33-10:40"],
    "P03": ["10:41-10:49"],
    "P04": ["10:49-10:55"],
    "P05": ["10:56-11:01"],
    "P06": ["11:02-11:12"],
    "P07": ["11:12-11:19"],
    "P08": ["11:19-11:26"],
    "P09": [],
}


def yarn_up(times: dict[str, list[str]]) -> GroupService:
    patients = [{"name": name, "seen": seen, "arrived": "10:05"} for name, seen in times.items()]
    patients.append({"name": "P10", "came": False})
    return service({"presence": ["10:25:30-11:27"], "patient": patients})


def assessed(times: dict[str, list[str]]) -> dict[str, Assessment]:
    return {each.reference: each for each in assess(yarn_up(times), load_rulebook())}


def test_nine_came_eight_were_seen_and_seven_items_are_proposed_for_315_dollars_35() -> None:
    by_patient = assessed(TIMES)

    items = {name: [item.item_number for item in each.fitting] for name, each in by_patient.items()}
    level_b = [each for each in by_patient.values() if [item.item_number for item in each.fitting] == ["23"]]
    assert [each.reference for each in level_b] == ["P01", "P02", "P03", "P04", "P06", "P07", "P08"]
    assert sum(each.fitting[0].schedule_fee_cents for each in level_b) == 31535
    assert sum(each.fitting[0].benefit_cents for each in level_b) == 31535
    assert {each.outcome for each in level_b} == {"proposed"}
    assert items["P05"] == ["3"]
    assert items["P09"] == items["P10"] == []
    assert yarn_up(TIMES).patients_seen == 8


def test_exactly_six_minutes_is_proposed_and_flagged_and_nothing_else_is() -> None:
    by_patient = assessed(TIMES)

    flagged = {name: each.fitting[0].flags for name, each in by_patient.items() if each.fitting}
    assert flagged.pop("P04") == ("at threshold",)
    assert set(flagged.values()) == {()}
    assert by_patient["P04"].fitting[0].verdict is Verdict.MET
    assert by_patient["P04"].summary == "Item 23 fits with 6:00 of the clinician's own time (at threshold)."


def test_who_was_not_seen_and_who_did_not_come_are_told_apart_in_plain_words() -> None:
    by_patient = assessed(TIMES)

    assert by_patient["P09"].outcome == by_patient["P10"].outcome == "not-billable"
    assert by_patient["P09"].summary == "Not billable: attended, no individual consult."
    assert by_patient["P10"].summary == "Not billable: did not attend."
    assert by_patient["P05"].summary == "Item 3 fits with 5:00 of the clinician's own time."


def test_nothing_overlaps_and_all_lies_inside_the_clinicians_presence() -> None:
    by_patient = assessed(TIMES)

    seen = [each for each in by_patient.values() if each.consult_seconds]
    assert sum(each.consult_seconds for each in seen) == 57 * 60
    for each in seen:
        assert {finding.verdict for finding in each.findings} == {Verdict.MET}


def test_every_finding_has_a_source_and_every_doubt_a_remedy() -> None:
    for assessment in assessed(TIMES).values():
        items = (*assessment.fitting, *assessment.next_items)
        for finding in (*assessment.findings, *(each for item in items for each in item.findings)):
            assert finding.source
            assert finding.facts
            assert (finding.remedy is None) == (finding.verdict is Verdict.MET)


def test_the_item_in_rooms_carries_no_number_of_patients() -> None:
    for assessment in assessed(TIMES).values():
        assert all(item.number_of_patients_seen is None for item in assessment.fitting)


def test_a_corrected_interval_turns_level_a_into_level_b() -> None:
    corrected = assessed({**TIMES, "P05": ["10:55-11:02"]})

    assert [item.item_number for item in corrected["P05"].fitting] == ["23"]
    level_b = [each for each in corrected.values() if [item.item_number for item in each.fitting] == ["23"]]
    assert sum(each.fitting[0].schedule_fee_cents for each in level_b) == 36040


def test_an_end_that_runs_into_the_next_patient_stops_both() -> None:
    clashing = assessed({**TIMES, "P05": ["10:55-11:03"]})

    assert clashing["P05"].outcome == clashing["P06"].outcome == "not-billable"
    assert clashing["P07"].outcome == "proposed"


def test_a_session_cut_short_keeps_what_was_finished() -> None:
    times = {name: seen if name <= "P03" else [] for name, seen in TIMES.items()}
    by_patient = assessed({**times, "P04": ["10:49-10:52 interrupted"]})

    outcomes = {name: each.outcome for name, each in by_patient.items()}
    assert [name for name, outcome in outcomes.items() if outcome == "proposed"] == ["P01", "P02", "P03"]
    assert [name for name, outcome in outcomes.items() if outcome == "needs-a-person"] == ["P04"]


def test_assessing_twice_gives_the_same_answer() -> None:
    assert assess(yarn_up(TIMES), load_rulebook()) == assess(yarn_up(TIMES), load_rulebook())


def test_a_group_item_that_fits_is_not_clouded_by_the_lack_of_a_consult() -> None:
    people = [{"name": name, "arrived": "14:00", "before": ["81120 2026-02-03"]} for name in ("P01", "P02")]
    group = service({"clinician": "dietitian", "session": "14:00-15:00", "patient": people})

    for assessment in assess(group, load_rulebook()):
        assert assessment.summary == "Item 81125 fits (history elsewhere unknown)."
        assert {finding.verdict for finding in assessment.findings} == {Verdict.MET}
