"""The one sentence that a list shows of an assessment. Every reason in full stands with its item."""

from collections.abc import Iterable

from billing.assessment import ItemFinding
from billing.facts import Attendee
from billing.rules import Finding, Verdict
from billing.rules.finding import minutes_text, words

SUMMARY_LENGTH = 300  # what a list can show


def proposed(fitting: tuple[ItemFinding, ...], seconds: int) -> str:
    standing = [item for item in fitting if item.stands]
    waiting = [item for item in fitting if not item.stands]
    time = f" with {minutes_text(seconds)} of the clinician's own time" if seconds else ""
    flags = sorted({flag for item in standing for flag in item.flags})
    sentence = f"{_named(standing)} {'fits' if len(standing) == 1 else 'fit'}{time}"
    sentence += f" ({'; '.join(flags)})" if flags else ""
    return sentence + (f"; {_named(waiting)} would need a person's decision." if waiting else ".")


def undecided(fitting: tuple[ItemFinding, ...]) -> str:
    reasons = dict.fromkeys(
        finding.facts for item in fitting for finding in item.findings if finding.verdict is Verdict.NEEDS_A_PERSON
    )
    head = f"A person must decide about {_named(fitting)}: "
    shown: list[str] = []
    for reason in reasons:
        if len(head) + len("; ".join([*shown, reason, "and 99 more."])) <= SUMMARY_LENGTH:
            shown.append(reason)
    if not shown:
        return f"{head}{len(reasons)} {'reason' if len(reasons) == 1 else 'reasons'} beside the items."
    more = [f"and {len(reasons) - len(shown)} more"] if len(shown) < len(reasons) else []
    return f"{head}{'; '.join([*shown, *more])}."


def refused(attendee: Attendee, next_items: tuple[ItemFinding, ...], findings: tuple[Finding, ...]) -> str:
    if not attendee.attended and not attendee.consults:
        return "Not billable: did not attend."
    near = [finding for item in next_items for finding in item.findings]
    broken = [finding for finding in (*near, *findings) if finding.verdict is Verdict.NOT_MET]
    if broken:
        # A limit may list forty services: the item shows them all, the line says only which rule stood in the way.
        whole = f"Not billable: {broken[0].facts}."
        return whole if len(whole) <= SUMMARY_LENGTH else f"Not billable: {broken[0].remedy}"
    return "Not billable: no item that this program may propose fits the service."


def _named(items: Iterable[ItemFinding]) -> str:
    numbers = [item.item_number for item in items]
    return ("item " if len(numbers) == 1 else "items ") + words(numbers, "and")
