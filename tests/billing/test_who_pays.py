"""Who is asked to pay decides which cover and which agreement a line needs; the items themselves stay the same."""

from dataclasses import replace
from datetime import date

import pytest

from billing import Attendee, GroupService, assess, load_rulebook
from billing.assessment import NEEDS_A_PERSON, NOT_BILLABLE, PROPOSED, Assessment
from billing.rules import Case, Verdict
from billing.rules.record import BenefitAssigned
from tests.billing.scene import service

FAMILIES = ["gp-attendance", "bulk-billing-incentive"]


def judged(**facts: object) -> Assessment:
    """One person of seven minutes with a GP, at a practice in area 1."""
    whole = service({"families": FAMILIES, "area": 1, "patient": [{"seen": ["10:20-10:27"]}]})
    return assess(_with(whole, **facts), load_rulebook())[0]


def _with(whole: GroupService, **facts: object) -> GroupService:
    attendee: Attendee = replace(whole.attendees[0], **facts)  # type: ignore[arg-type] # facts of one attendee
    return replace(whole, attendees=(attendee,))


def found(assessment: Assessment, rule: str) -> tuple[Verdict, str]:
    finding = next(each for each in assessment.findings if each.rule == rule)
    return finding.verdict, finding.facts


@pytest.mark.parametrize(
    ("billing", "coverage", "verdict", "outcome"),
    [
        ("bulk", "medicare", "met", PROPOSED),
        ("bulk", "dva", "needs-a-person", NEEDS_A_PERSON),
        ("bulk", "both", "needs-a-person", NEEDS_A_PERSON),
        ("bulk", "pending", "needs-a-person", NEEDS_A_PERSON),
        ("bulk", "none", "not-met", NOT_BILLABLE),
        ("dva", "dva", "met", PROPOSED),
        ("dva", "medicare", "needs-a-person", NEEDS_A_PERSON),
        ("dva", "pending", "needs-a-person", NEEDS_A_PERSON),
        ("dva", "both", "needs-a-person", NEEDS_A_PERSON),
        ("dva", "none", "not-met", NOT_BILLABLE),
        ("private", "medicare", "met", PROPOSED),
        ("private", "both", "met", PROPOSED),
        ("private", "dva", "cannot-know", PROPOSED),
        ("private", "pending", "cannot-know", PROPOSED),
        ("private", "none", "not-met", NOT_BILLABLE),
    ],
)
def test_the_cover_must_be_that_of_the_payer(billing: str, coverage: str, verdict: str, outcome: str) -> None:
    assessment = judged(billing=billing, coverage=coverage)

    assert found(assessment, "coverage")[0] == verdict
    assert assessment.outcome == outcome


def test_who_declined_to_assign_is_answered_with_an_account_and_not_asked_for_an_agreement() -> None:
    declined = judged(billing="private", benefit_assigned=False)

    assert found(declined, "benefit-assigned") == (
        Verdict.MET,
        "the patient declined to assign the benefit: an account goes to the patient",
    )
    assert found(judged(benefit_assigned=False), "benefit-assigned")[0] is Verdict.NEEDS_A_PERSON
    assert found(judged(benefit_assigned=True), "benefit-assigned")[0] is Verdict.MET


def test_a_veterans_line_needs_no_assignment_and_says_how_sure_that_is() -> None:
    veteran = judged(billing="dva", coverage="dva", benefit_assigned=False)

    verdict, facts = found(veteran, "benefit-assigned")
    assert verdict is Verdict.MET
    assert "one vendor's page does not" in facts
    assert "assignment rule unsure" in veteran.fitting[0].flags


def test_a_rule_without_a_doubt_flags_nothing_and_one_for_an_unknown_payer_is_refused() -> None:
    whole = _with(service({"patient": [{"seen": ["10:20-10:27"]}]}), billing="dva", coverage="dva")
    rule = BenefitAssigned(source="a source", not_for=("dva",))
    finding = rule.finding(Case(whole, whole.attendees[0]))

    assert (finding.facts, finding.flag) == ("no assignment of benefit is needed for this payer", None)
    with pytest.raises(ValueError, match="not_for names ways of billing"):
        BenefitAssigned(source="a source", not_for=("barter",))


def test_an_incentive_stands_beside_bulk_billed_services_only() -> None:
    def added(**facts: object) -> bool:
        # However incentives are shown: as items that fit, or beside the item they add to.
        return "bulk billing" in repr(judged(**facts).fitting).lower()

    assert added()
    assert not added(billing="private")
    assert not added(billing="dva", coverage="dva")


def test_an_unknown_way_of_billing_is_refused() -> None:
    with pytest.raises(ValueError, match="billing must be one of bulk, private, dva"):
        judged(billing="barter")


def test_the_day_of_the_service_does_not_decide_who_pays() -> None:
    whole = service({"date": date(2026, 6, 30), "patient": [{"seen": ["10:20-10:27"]}]})

    (assessment,) = assess(_with(whole, billing="private", benefit_assigned=False), load_rulebook())

    assert assessment.outcome == PROPOSED
