"""What was judged about one line, in the shape it is kept in: the verdicts, the evidence, and what may be chosen.

Pure. A `Judgement` is stored with its line and never recomputed; two are equal when nothing that a clinician would look
at before approving is different.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from billing import Assessment, Finding, ItemFinding, Verdict, additions_for
from sma.claims.rules import ClaimStatus

Judgement = dict[str, Any]


class Obstacle(NamedTuple):
    """What stands in the way of an item, what to do about it, and which kind of rule says so."""

    facts: str
    remedy: str | None
    rule: str


_ABOUT_OTHERS = frozenset({"uniform-times"})
_SPEAKS_FOR_AN_ADDITION = frozenset({"beside", "modified-monash", "my-medicare", "telehealth"})
UNCONFIRMED = "Consult times were typed in later, and the clinician has not confirmed them"
UNCONFIRMED_RULE = "unconfirmed"
CONFIRM = "The clinician confirms or withdraws them on the roll call; then assess again."
OPEN_STAY = "It is not recorded when the clinician left the room, so their time can’t be claimed yet"
RECORD_LEAVING = "Record it: correct the clinician’s stay, then assess again."

ADDED = "add-on"  # claim shape of items that only ever stand beside another
PROPOSED, NEEDS_A_PERSON, NOT_BILLABLE = "proposed", "needs-a-person", "not-billable"


@dataclass(frozen=True)
class Question:
    """Something the clinician confirms while approving."""

    key: str
    facts: str
    rule: str = ""


@dataclass(frozen=True)
class Addition:
    """One item that may be claimed beside the chosen one: a bulk billing incentive.

    `why` are the facts that speak for it. With `questions` it is added only when the clinician confirms them all;
    without, it is added when the line is approved.
    """

    item_number: str
    title: str
    version_from: str
    fee_cents: int
    benefit_cents: int
    why: tuple[str, ...]
    questions: tuple[Question, ...]

    def kept(self) -> dict[str, Any]:
        """The addition as the line keeps it once approved."""
        return {
            "item": self.item_number,
            "title": self.title,
            "fee_cents": self.fee_cents,
            "benefit_cents": self.benefit_cents,
            "from": self.version_from,
            "why": "; ".join(self.why),
        }


@dataclass(frozen=True)
class Choice:
    """One item that could be approved. `obstacles` say why not, each with its remedy; empty means it may be.

    `additions` may be claimed beside it, at most one for a service.
    """

    item_number: str
    title: str
    version_from: str
    fee_cents: int
    benefit_cents: int
    patients_seen: int | None
    confidence: str
    is_lower: bool
    flags: tuple[str, ...]
    questions: tuple[Question, ...]
    obstacles: tuple[Obstacle, ...]
    additions: tuple[Addition, ...] = ()

    @property
    def asked_beside(self) -> tuple[str, ...]:
        """The keys of what is asked about the additions."""
        return tuple(asked.key for added in self.additions for asked in added.questions)

    def added(self, confirmed: Collection[str]) -> list[Addition]:
        """What is added to a line approved with these answers: one incentive at most, whatever the rulebook offers."""
        return [each for each in self.additions if all(asked.key in confirmed for asked in each.questions)][:1]


def judgement(assessment: Assessment, evidence: Mapping[str, Any]) -> Judgement:
    """Put an assessment and the evidence under it into the form that is kept."""
    waits_for = _waits_for(assessment, evidence)
    return {
        "outcome": NEEDS_A_PERSON if waits_for else assessment.outcome,
        "summary": f"{waits_for}." if waits_for else assessment.summary,
        "seconds": assessment.consult_seconds,
        "findings": [_finding(each) for each in assessment.findings],
        "fitting": [
            {**_item(each), "additions": [_item(other) for other in additions_for(assessment, each.item_number)]}
            for each in assessment.fitting
            if not each.beside
        ],
        "next": [_item(each) for each in assessment.next_items if each.claim_shape != ADDED],
        "evidence": dict(evidence),
    }


def _waits_for(assessment: Assessment, evidence: Mapping[str, Any]) -> str | None:
    """Say what keeps a person's service away that somebody can still put right; None where nothing of that kind does.

    Neither typed times that nobody confirmed nor a stay without an end are evidence; both can still become some.
    """
    if assessment.outcome != NOT_BILLABLE:
        return None
    if evidence["unconfirmed"]:
        return UNCONFIRMED
    by_group = any(each.rule == "group-together" for each in assessment.findings)
    return OPEN_STAY if evidence["open_stay"] and (evidence["consults"] or by_group) else None


def way_out(judged: Judgement) -> str | None:
    """Say what to do where no item fits: about what can be put right, before a rule that nobody can answer."""
    if judged["outcome"] == NEEDS_A_PERSON and judged["evidence"]["unconfirmed"]:
        return CONFIRM
    if waits_for_stay(judged):
        return RECORD_LEAVING
    unmet = [each for each in judged["findings"] if each["verdict"] != Verdict.MET]
    first = next((each for each in unmet if each["verdict"] == Verdict.NOT_MET), next(iter(unmet), None))
    return first["remedy"] if first else None


def waits_for_stay(judged: Judgement) -> bool:
    """Tell whether a line waits for the time at which its clinician left the room."""
    return str(judged["summary"]) == f"{OPEN_STAY}."


def _finding(finding: Finding) -> dict[str, str | bool | None]:
    return {
        "rule": finding.rule,
        "verdict": str(finding.verdict),
        "facts": finding.facts,
        "source": finding.source,
        "remedy": finding.remedy,
        "flag": finding.flag,
        "earliest": finding.earliest.isoformat() if finding.earliest else None,
        "by_approving": finding.by_approving,
    }


def _item(item: ItemFinding) -> dict[str, Any]:
    return {
        "item": item.item_number,
        "title": item.title,
        "from": item.version_from.isoformat(),
        "shape": item.claim_shape,
        "fee_cents": item.schedule_fee_cents,
        "benefit_cents": item.benefit_cents,
        "seen": item.number_of_patients_seen,
        "confidence": item.confidence,
        "verdict": str(item.verdict),
        "findings": [_finding(each) for each in item.findings],
    }


def status_of(judged: Judgement) -> ClaimStatus:
    """Return where a fresh line starts: for the clinician, blocked until the record is put right, or not billed."""
    if judged["outcome"] == NOT_BILLABLE:
        return ClaimStatus.NOT_BILLED
    if any(not choice.obstacles for choice in choices(judged)):
        return ClaimStatus.NEEDS_CHECK
    return ClaimStatus.BLOCKED


def suggestion(judged: Judgement) -> Choice | None:
    """Return the item to name on the line before anybody chose: the only fitting one, or none where several fit."""
    fitting = [choice for choice in choices(judged) if not choice.is_lower]
    standing = [choice for choice in fitting if not choice.obstacles and not choice.questions]
    if len(standing) == 1:
        return standing[0]
    return fitting[0] if len(fitting) == 1 else None


def choice_of(judged: Judgement, item_number: str) -> Choice | None:
    return next((choice for choice in choices(judged) if choice.item_number == item_number), None)


def choices(judged: Judgement) -> list[Choice]:
    """Return every item the clinician may choose: those that fit, then lower ones that only the minutes exceed."""
    late = [Obstacle(UNCONFIRMED, CONFIRM, UNCONFIRMED_RULE)] if judged["evidence"]["unconfirmed"] else []
    fitting = [_choice(item, late, is_lower=False) for item in judged["fitting"]]
    lowest = min((choice.fee_cents for choice in fitting), default=0)
    lower = [
        _choice(item, late, is_lower=True)
        for item in judged["next"]
        if item["fee_cents"] < lowest and all(each["rule"] == "minutes" for each in _broken(item))
    ]
    return [*fitting, *lower]


def _choice(item: Mapping[str, Any], late: Sequence[Obstacle], *, is_lower: bool) -> Choice:
    questions: list[Question] = []
    obstacles: list[Obstacle] = list(late)
    for number, finding in enumerate(item["findings"]):
        if finding["verdict"] == Verdict.NEEDS_A_PERSON:
            if finding["by_approving"]:
                questions.append(Question(f"{finding['rule']}-{number}", finding["facts"], finding["rule"]))
            else:
                obstacles.append(_obstacle(finding))
        elif finding["verdict"] == Verdict.NOT_MET and not is_lower:
            obstacles.append(_obstacle(finding))
    return Choice(
        item_number=item["item"],
        title=item["title"],
        version_from=item["from"],
        fee_cents=item["fee_cents"],
        benefit_cents=item["benefit_cents"],
        patients_seen=item["seen"],
        confidence=item["confidence"],
        is_lower=is_lower,
        flags=tuple(each["flag"] for each in item["findings"] if each["flag"]),
        questions=tuple(questions),
        obstacles=tuple(obstacles),
        additions=tuple(_addition(each) for each in item.get("additions", ()) if not _stopped(each)),
    )


def _addition(item: Mapping[str, Any]) -> Addition:
    asked = [
        Question(f"{item['item']}-{finding['rule']}-{number}", finding["facts"], finding["rule"])
        for number, finding in enumerate(item["findings"])
        if finding["verdict"] == Verdict.NEEDS_A_PERSON and finding["by_approving"]
    ]
    return Addition(
        item_number=item["item"],
        title=item["title"],
        version_from=item["from"],
        fee_cents=item["fee_cents"],
        benefit_cents=item["benefit_cents"],
        why=tuple(each["facts"] for each in item["findings"] if each["rule"] in _SPEAKS_FOR_AN_ADDITION),
        questions=tuple(asked),
    )


def _stopped(item: Mapping[str, Any]) -> bool:
    """Tell whether something keeps an addition back that is put right in the record, not while approving."""
    return any(
        finding["verdict"] == Verdict.NOT_MET
        or (finding["verdict"] == Verdict.NEEDS_A_PERSON and not finding["by_approving"])
        for finding in item["findings"]
    )


def _obstacle(finding: Mapping[str, Any]) -> Obstacle:
    return Obstacle(finding["facts"], finding["remedy"], finding["rule"])


def _broken(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in item["findings"] if each["verdict"] == Verdict.NOT_MET]


def own_part(judged: Judgement) -> Judgement:
    """Return a judgement without what other people's records alone can change: flags, and the sentence that has them.

    The number of patients seen stays: it changes what is claimed.
    """

    def item(found: Mapping[str, Any]) -> dict[str, Any]:
        added = [item(each) for each in found.get("additions", ())]
        return {**found, "findings": kept(found["findings"]), "additions": added}

    def kept(findings: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [each for each in findings if each["rule"] not in _ABOUT_OTHERS]

    own = {key: value for key, value in judged.items() if key != "summary"}
    return own | {
        "findings": kept(judged["findings"]),
        "fitting": [item(each) for each in judged["fitting"]],
        "next": [item(each) for each in judged["next"]],
    }


def flags_of(judged: Judgement, item_number: str | None) -> list[str]:
    """A few words each on what is met and still worth a look."""
    choice = choice_of(judged, item_number) if item_number else None
    return sorted(set(choice.flags)) if choice else []
