"""Asks the billing library about a session and keeps at least one answer for each person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing import Assessment, Finding, Rulebook, Verdict, assess
from sma.claims.facts.services import ClinicianFacts, SessionFacts
from sma.claims.judgement import NEEDS_A_PERSON, NOT_BILLABLE, Judgement, judgement


@dataclass(frozen=True)
class Proposal:
    """What one person's attendance comes to with one clinician."""

    encounter_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    provider_number: str | None
    judged: Judgement


def proposals(facts: SessionFacts, rulebook: Rulebook) -> list[Proposal]:
    """Judge everybody on the roll with every clinician, and keep one answer at least for each person.

    Where nothing can be claimed with any clinician, the answer of whoever saw the person is kept (else the first).
    """
    by_person: dict[UUID, list[Proposal]] = {}
    for clinician in facts.clinicians:
        for (encounter_id, patient_id), assessment in zip(facts.people, _assessed(clinician, rulebook), strict=True):
            by_person.setdefault(encounter_id, []).append(
                Proposal(
                    encounter_id=encounter_id,
                    patient_id=patient_id,
                    practitioner_id=clinician.practitioner_id,
                    provider_number=clinician.service.provider.provider_number,
                    judged=judgement(assessment, clinician.evidence[encounter_id]),
                )
            )
    kept: list[Proposal] = []
    for each in by_person.values():
        billable = [one for one in each if one.judged["outcome"] != NOT_BILLABLE]
        kept += billable or sorted(each, key=lambda one: not one.judged["seconds"])[:1]
    return kept


def _assessed(clinician: ClinicianFacts, rulebook: Rulebook) -> Sequence[Assessment]:
    if clinician.place_is_known:
        return assess(clinician.service, rulebook)
    finding = Finding(
        "place",
        Verdict.NEEDS_A_PERSON,
        "nobody has said whether this place counts as consulting rooms",
        "The items for consulting rooms and for other places differ in fee; see the item descriptors.",
        "Set it on the page of the place, then assess again.",
    )
    return [
        Assessment(
            reference=attendee.reference,
            outcome=NEEDS_A_PERSON if attendee.attended else NOT_BILLABLE,
            summary=(
                "Nobody has said yet whether this place counts as consulting rooms."
                if attendee.attended
                else "Not billable: did not attend."
            ),
            fitting=(),
            next_items=(),
            findings=(finding,),
            consult_seconds=attendee.consult_seconds,
        )
        for attendee in clinician.service.attendees
    ]
