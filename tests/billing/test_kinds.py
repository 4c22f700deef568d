"""Every kind of rule is met by some case and broken or doubted by another, never looked at from one side only."""

from typing import Any

from billing import GroupService, assess, load_rulebook
from billing.rules import KINDS, Case, Verdict
from billing.summary import SUMMARY_LENGTH
from tests.billing.scene import service
from tests.billing.test_cases import _cases

NEVER_MET = {"confirmation"}  # a person confirms each time
ALWAYS_MET = {"uniform-times"}  # it flags, and holds nothing back


def test_every_kind_of_rule_is_met_in_one_case_and_not_in_another() -> None:
    seen: dict[str, set[bool]] = {kind: set() for kind in KINDS}
    for param in _cases():
        for kind, is_met in _verdicts(param.values[0]):
            seen[kind].add(is_met)

    assert {kind for kind, found in seen.items() if True not in found} == NEVER_MET
    assert {kind for kind, found in seen.items() if False not in found} == ALWAYS_MET


def test_no_summary_is_longer_than_a_list_can_show() -> None:
    for param in _cases():
        for assessment in assess(_service(param.values[0]), load_rulebook()):
            assert len(assessment.summary) <= SUMMARY_LENGTH, assessment.summary


def test_a_summary_names_as_many_reasons_as_fit_and_counts_the_rest() -> None:
    seen = {"families": ["chronic-condition-plan"], "patient": [{"seen": ["10:20-10:45"], "note": False}]}

    (assessment,) = assess(service(seen), load_rulebook())

    assert assessment.summary.startswith("A person must decide about items 729, 731, 965 and 967: the patient's own")
    assert assessment.summary.endswith("and 1 more.")


def _service(case: dict[str, Any]) -> GroupService:
    return service({word: value for word, value in case.items() if word not in {"title", "also", "total"}})


def _verdicts(case: dict[str, Any]) -> set[tuple[str, bool]]:
    whole = _service(case)
    return {
        # A limit is never certain from here: room in it, unseen history apart, is what "met" comes to.
        (rule.kind, finding.verdict in (Verdict.MET, Verdict.CANNOT_KNOW))
        for attendee, assessment in zip(whole.attendees, assess(whole, load_rulebook()), strict=True)
        for version in load_rulebook().versions_on(whole.date_of_service, whole.item_families)
        for rule in version.rules
        for finding in [rule.finding(Case(whole, attendee, tuple(each.item_number for each in assessment.fitting)))]
    }
