"""Every kind of rule is met by some case and broken or doubted by another, never looked at from one side only."""

from typing import Any

from billing import load_rulebook
from billing.assess import _judge, _versions_on
from billing.rules import KINDS, Verdict
from tests.billing.scene import service
from tests.billing.test_cases import _cases

NEVER_MET = {"confirmation"}  # a person confirms each time


def test_every_kind_of_rule_is_met_in_one_case_and_not_in_another() -> None:
    seen: dict[str, set[bool]] = {kind: set() for kind in KINDS}
    for param in _cases():
        for kind, is_met in _verdicts(param.values[0]):
            seen[kind].add(is_met)

    assert {kind for kind, found in seen.items() if True not in found} == NEVER_MET
    assert {kind for kind, found in seen.items() if False not in found} == set()


def _verdicts(case: dict[str, Any]) -> set[tuple[str, bool]]:
    whole = service({word: value for word, value in case.items() if word not in {"title", "also", "total"}})
    versions = _versions_on(whole, load_rulebook())
    return {
        # A limit is never certain from here: room in it, unseen history apart, is what "met" comes to.
        (rule.kind, finding.verdict in (Verdict.MET, Verdict.CANNOT_KNOW))
        for attendee in whole.attendees
        for judged in _judge(whole, attendee, versions)
        for rule, finding in judged.answers
    }
