"""From what happened to what may be claimed: for each patient the items that fit, the next ones, and every reason.

Proposes and explains, and ranks nothing by money; approving is a person's act and happens elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from billing.assessment import NEEDS_A_PERSON, NOT_BILLABLE, PROPOSED, Assessment, ItemFinding, additions_for
from billing.facts import Attendee, GroupService
from billing.items import DerivedFee, least_confidence
from billing.money import format_cents
from billing.rulebook import Rulebook
from billing.rules import Case, Finding, Verdict
from billing.shortlist import Answers, Entry, Shortlist, shortlist
from billing.summary import proposed, refused, undecided

__all__ = ["Assessment", "Finding", "ItemFinding", "Verdict", "additions_for", "assess"]


def assess(service: GroupService, rulebook: Rulebook) -> tuple[Assessment, ...]:
    """Judge every item the program may propose, for each patient of the service.

    Returns one Assessment per attendee, in the same order.
    """
    if not service.attendees:
        return ()
    listed = shortlist(service, rulebook)
    common = Answers(listed, Case(service, service.attendees[0]))
    return tuple(_assess_one(Case(service, attendee), listed, common, rulebook) for attendee in service.attendees)


@dataclass(frozen=True)
class _Judged:
    """An item version with what each of its rules found, which of them are broken, and what it may be added to."""

    entry: Entry
    findings: tuple[Finding, ...]
    broken: tuple[int, ...]
    beside: tuple[str, ...] = ()


def _assess_one(case: Case, listed: Shortlist, common: Answers, rulebook: Rulebook) -> Assessment:
    service, attendee = case.service, case.attendee
    relevant = _judge(case, listed, common)
    barred = any(number in listed.barring for each in relevant for number in each.broken)
    near = [] if barred else _nearest([each for each in relevant if len(each.broken) == 1], attendee, listed)
    unbroken = [each for each in relevant if not each.broken]
    # Whether a person was seen alone says nothing about an item that fits a group, so only the closest items speak.
    # A dictionary keeps the first of equal findings, in the order of the rules.
    by_number = {
        number: finding
        for each in unbroken or near or relevant
        for number, finding in zip(each.entry.rules, each.findings, strict=True)
        if number in listed.about_attendance
    }
    findings = tuple(dict.fromkeys(by_number.values()))
    fitting = tuple(_item_finding(each, service, rulebook) for each in unbroken)
    next_items = tuple(_item_finding(each, service, rulebook) for each in near)
    outcome = _outcome(fitting)
    if outcome == PROPOSED:
        summary = proposed(fitting, attendee.consult_seconds)
    elif outcome == NEEDS_A_PERSON:
        summary = undecided(fitting)
    else:
        summary = refused(attendee, next_items, findings)
    return Assessment(
        reference=attendee.reference,
        outcome=outcome,
        summary=summary[0].upper() + summary[1:],
        fitting=fitting,
        next_items=next_items,
        findings=findings,
        consult_seconds=attendee.consult_seconds,
    )


def _judge(case: Case, listed: Shortlist, common: Answers) -> list[_Judged]:
    """Judge the items that stand alone, then those that are claimed only beside one that fits.

    Leaves out items that were never about this patient's service.
    """
    answers = Answers(listed, case, common)
    judged = _judged(listed.alone, answers, case)
    if not listed.added:
        return judged
    case = replace(case, beside=tuple(each.entry.version.number for each in judged if not each.broken))
    return judged + _judged(listed.added, answers.beside(listed, case), case)


def _judged(entries: Iterable[Entry], answers: Answers, case: Case) -> list[_Judged]:
    judged = []
    for entry in entries:
        if answers.breaks(entry.scoping):
            continue
        findings = answers.of(entry.rules)
        broken = tuple([number for number in entry.rules if number in answers.broken]) if answers.broken else ()
        judged.append(_Judged(entry, findings, broken, tuple(entry.beside.bases(case)) if entry.beside else ()))
    return judged


def _nearest(candidates: list[_Judged], attendee: Attendee, listed: Shortlist) -> list[_Judged]:
    """Of the items that only the minutes keep away, keep the next longer and the next shorter; keep all others."""
    shortfalls = [
        sum(
            listed.minutes[number].shortfall(attendee.consult_seconds)
            for number in each.broken
            if number in listed.minutes
        )
        for each in candidates
    ]
    longer = min((each for each in shortfalls if each > 0), default=0)
    shorter = max((each for each in shortfalls if each < 0), default=0)
    return [each for each, missing in zip(candidates, shortfalls, strict=True) if missing in (0, longer, shorter)]


def _item_finding(judged: _Judged, service: GroupService, rulebook: Rulebook) -> ItemFinding:
    version, findings = judged.entry.version, judged.findings
    fee = rulebook.fee_cents(version, service.date_of_service, service.patients_seen)
    confidence = version.confidence
    seen = None
    if version.derived_fee is not None:
        seen = service.patients_seen
        shared = _shared_fee(version.derived_fee, version.source, fee, seen)
        findings = (*findings, shared)
        if shared.flag:
            confidence = least_confidence(confidence, version.derived_fee.rounding_confidence)
    return ItemFinding(
        item_number=version.number,
        version_from=version.starts_on,
        title=version.title,
        claim_shape=version.claim_shape,
        schedule_fee_cents=fee,
        benefit_cents=version.benefit_cents(fee),
        number_of_patients_seen=seen,
        findings=findings,
        confidence=confidence,
        beside=judged.beside,
    )


def _shared_fee(derived: DerivedFee, source: str, fee_cents: int, seen: int) -> Finding:
    """Show how the fee of a head-count-shared item was made, and flag a share that had to be rounded."""
    if seen < 1:
        facts = f"nobody seen yet at this place; for one patient {format_cents(fee_cents)}, shared by all who are seen"
        return Finding("shared-fee", Verdict.MET, facts, source)
    share = format_cents(derived.shared_cents) + f" / {seen}"
    loading = share if seen <= derived.shared_up_to else format_cents(derived.flat_cents)
    facts = f"{seen} seen at this place; fee of item {derived.base_item} + {loading} = {format_cents(fee_cents)}"
    if derived.divides(seen):
        return Finding("shared-fee", Verdict.MET, facts, source)
    return Finding(
        "shared-fee",
        Verdict.MET,
        f"{facts}, rounded {derived.rounding.replace('-', ' ')} ({derived.rounding_confidence} confidence)",
        derived.rounding_source,
        flag="fee rounding unsure",
    )


def _outcome(fitting: tuple[ItemFinding, ...]) -> str:
    if any(item.stands for item in fitting):
        return PROPOSED
    return NEEDS_A_PERSON if fitting else NOT_BILLABLE
