"""Runs every case of cases/*.toml: facts in, expected verdicts, items and amounts out.

A file may begin with what is `usual` in its cases and, under `usual.patient`, for each of their patients; a case then
says only what differs. `also` lists changes under which the same must come out, and `total` is the sum of all fees
proposed. In `expect` the words speak of the first item, or of the `item` named: `open` lists every rule of it that is
not plainly met. `amounts` gives the fee of each item that fits; `attendance` names what was asked of the person's day
whatever the item; `earliest` is the first day on which a rule that stood in the way is met again, and `adds` what may
be claimed beside the item.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from billing import Assessment, Verdict, additions_for, assess, load_rulebook
from billing.money import format_cents
from tests.billing.scene import service

EXPECTED_WORDS = {"outcome", "fits", "next", "fee", "benefit", "amounts", "count", "flags", "verdict", "open"}
EXPECTED_WORDS |= {"says", "confidence", "item", "attendance", "earliest", "adds"}


def _cases() -> list[Any]:
    """Return every case under every change it holds for, with what is usual in its file filled in."""
    found = []
    for file in sorted(Path(__file__).with_name("cases").glob("*.toml")):
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        usual = table.get("usual", {})
        for case in table["case"]:
            for change in ({}, *case.get("also", [])):
                whole = {**usual, **case, **change}
                whole["patient"] = [{**usual.get("patient", {}), **each} for each in case["patient"]]
                changed = ", ".join(f"{word} {value}" for word, value in change.items())
                name = f"{file.stem}: {case['title']}" + (f" ({changed})" if changed else "")
                found.append(pytest.param(whole, id=name))
    return found


@pytest.mark.parametrize("case", _cases())
def test_the_case_comes_out_as_written(case: dict[str, Any]) -> None:
    facts = {word: value for word, value in case.items() if word not in {"title", "also", "total"}}

    assessments = assess(service(facts), load_rulebook())

    for patient, assessment in zip(case["patient"], assessments, strict=False):
        assert assessment.reference == patient.get("name", "P01")
        assert _seen_in(assessment, patient["expect"]) == patient["expect"], assessment
    if "total" in case:
        proposed = [each.fitting[0].schedule_fee_cents for each in assessments if each.outcome == "proposed"]
        assert format_cents(sum(proposed)) == case["total"]


def _seen_in(assessment: Assessment, expected: dict[str, Any]) -> dict[str, Any]:
    """Return what came out, in the words of the case, for the words the case speaks of."""
    assert expected, "a case must expect something"
    assert expected.keys() <= EXPECTED_WORDS, expected.keys() - EXPECTED_WORDS
    near = [*assessment.fitting, *assessment.next_items]
    first = next((item for item in near if item.item_number == expected.get("item", item.item_number)), None)
    findings = [*assessment.findings, *(finding for item in assessment.fitting for finding in item.findings)]
    findings += [finding for item in assessment.next_items for finding in item.findings]
    spoken = " ".join([assessment.summary, *(f"{each.facts} {each.remedy}" for each in findings)])
    seen: dict[str, Any] = {
        "outcome": assessment.outcome,
        "fits": [item.item_number for item in assessment.fitting],
        "next": [item.item_number for item in assessment.next_items],
        "amounts": {item.item_number: format_cents(item.schedule_fee_cents) for item in assessment.fitting},
        "attendance": [finding.rule for finding in assessment.findings],
        "says": expected.get("says") if expected.get("says", "") in spoken else spoken,
    }
    if first is not None:
        seen |= {
            "item": first.item_number,
            "fee": format_cents(first.schedule_fee_cents),
            "benefit": format_cents(first.benefit_cents),
            "count": first.number_of_patients_seen or 0,
            "flags": list(first.flags),
            "verdict": str(first.verdict),
            "open": {each.rule: str(each.verdict) for each in first.findings if each.verdict is not Verdict.MET},
            "confidence": first.confidence,
            "earliest": next((each.earliest for each in first.findings if each.earliest), None),
            "adds": [each.item_number for each in additions_for(assessment, first.item_number)],
        }
    return {word: seen.get(word) for word in expected}


def test_there_are_enough_cases_to_cover_every_rule() -> None:
    assert len(_cases()) >= 250
