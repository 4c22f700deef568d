"""Runs every case of cases/*.toml: facts in, expected items, fees or outcome out."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from billing import Assessment, assess, load_rulebook
from billing.money import format_cents
from tests.billing.scene import service

EXPECTED_WORDS = {"outcome", "fits", "next", "fee", "benefit", "count", "flags", "verdict", "says", "confidence"}


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}: {case['title']}")
        for file in sorted(Path(__file__).with_name("cases").glob("*.toml"))
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


@pytest.mark.parametrize("case", _cases())
def test_the_case_comes_out_as_written(case: dict[str, Any]) -> None:
    facts = {word: value for word, value in case.items() if word != "title"}

    assessments = assess(service(facts), load_rulebook())

    for patient, assessment in zip(case["patient"], assessments, strict=False):
        assert assessment.reference == patient.get("name", "P01")
        assert _seen_in(assessment, patient["expect"]) == patient["expect"], assessment


def _seen_in(assessment: Assessment, expected: dict[str, Any]) -> dict[str, Any]:
    """Return what came out, in the words of the case, for the words the case speaks of."""
    assert expected, "a case must expect something"
    assert expected.keys() <= EXPECTED_WORDS, expected.keys() - EXPECTED_WORDS
    first = (*assessment.fitting, *assessment.next_items, None)[0]
    findings = [*assessment.findings, *(finding for item in assessment.fitting for finding in item.findings)]
    findings += [finding for item in assessment.next_items for finding in item.findings]
    spoken = " ".join([assessment.summary, *(f"{each.facts} {each.remedy}" for each in findings)])
    seen: dict[str, Any] = {
        "outcome": assessment.outcome,
        "fits": [item.item_number for item in assessment.fitting],
        "next": [item.item_number for item in assessment.next_items],
        "says": expected.get("says") if expected.get("says", "") in spoken else spoken,
    }
    if first is not None:
        seen |= {
            "fee": format_cents(first.schedule_fee_cents),
            "benefit": format_cents(first.benefit_cents),
            "count": first.number_of_patients_seen or 0,
            "flags": list(first.flags),
            "verdict": str(first.verdict),
            "confidence": first.confidence,
        }
    return {word: seen.get(word) for word in expected}


def test_there_are_enough_cases_to_cover_every_rule() -> None:
    assert len(_cases()) >= 40
