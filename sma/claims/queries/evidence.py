"""One opened line: the evidence under it, every verdict, what may be chosen, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Verdict
from sma.assignments import BenefitAssignment
from sma.attendance import AttendanceMark, ClinicianPresence, ConsultInterval, Encounter, Presence
from sma.attendance.rules import CAME, NOT_RECORDED, PRESENCE_WORDS
from sma.claims.judgement import Choice, choices, way_out
from sma.claims.models import Claim, ClaimBatch
from sma.claims.queries.policy import PolicyRow, policies
from sma.claims.queries.results import Result, result_of
from sma.claims.queries.strip import Span, Strip, strip_of
from sma.claims.rules import LineNotFound
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, Practitioner, full_name, practitioner_name
from sma.scheduling import GroupSession

# The kinds of rule that count earlier services, or ask for a plan or a referral.
_LIMITS = frozenset({"frequency", "not-same-day", "prerequisite", "referral", "my-medicare"})


@dataclass(frozen=True)
class Stretch:
    """One consult, or one stay of the clinician, with who recorded it."""

    starts_at: datetime
    ends_at: datetime
    recorded_by: str
    recorded_at: datetime
    is_entered: bool
    interrupted: bool = False

    @property
    def seconds(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds())


@dataclass(frozen=True)
class LogLine:
    """One press on the roll call for this person."""

    words: str
    happened_at: datetime
    recorded_by: str
    recorded_after: bool


@dataclass(frozen=True)
class Group:
    """How many people there were: who came at all, and who was in the room when this person's own time began."""

    came: int
    then: int | None
    left_early: int


@dataclass(frozen=True)
class ItemCard:
    """One item as it was judged: `unmet` are the findings that somebody has to look at, `met` the others."""

    item: str
    title: str
    version_from: date
    confidence: str
    unmet: Sequence[Mapping[str, Any]]
    met: Sequence[Mapping[str, Any]]

    @property
    def only_medicare_knows(self) -> Sequence[Mapping[str, Any]]:
        """What nobody here can see: services that were given elsewhere."""
        return [each for each in self.unmet if each["verdict"] == Verdict.CANNOT_KNOW]


@dataclass(frozen=True)
class Evidence:
    """Everything the evidence card shows."""

    claim: Claim
    name: str
    session: GroupSession
    clinician: str
    clinician_user_id: UUID | None
    consults: Sequence[Stretch]
    stays: Sequence[Stretch]
    strip: Strip
    log: Sequence[LogLine]
    group: Group
    policy: PolicyRow | None
    result: Result | None
    assignment: BenefitAssignment | None
    choices: Sequence[Choice]
    batch: ClaimBatch | None
    approved_by: str | None
    replaced_by: UUID | None

    @property
    def judged(self) -> dict[str, Any]:
        return self.claim.assessment

    @property
    def fitting(self) -> list[ItemCard]:
        """The items that fit, each followed by what may be claimed beside it."""
        found = (one for item in self.judged["fitting"] for one in (item, *item.get("additions", ())))
        return [_card(item) for item in found]

    @property
    def next_items(self) -> list[ItemCard]:
        return sorted((_card(item) for item in self.judged["next"]), key=lambda card: card.item)

    @property
    def limits(self) -> list[Mapping[str, Any]]:
        """What counters, plans and referrals say, of the items that fit and of the next ones, each once."""
        items = [*self.judged["fitting"], *self.judged["next"]]
        found = [_dated(each) for item in items for each in item["findings"] if _tells_a_limit(each)]
        return list({(each["rule"], each["facts"]): each for each in found}.values())

    @property
    def way_out(self) -> str | None:
        """What to do where no item fits."""
        return way_out(self.judged)


def evidence(db: ReadSession, claim_id: UUID) -> Evidence:
    """Return one line with everything under it. At most twelve statements. Raises: LineNotFound."""
    found = db.exec(
        select(Claim, Patient, GroupSession, Practitioner)
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(col(Claim.id) == claim_id)
    ).one_or_none()
    if found is None:
        raise LineNotFound
    claim, patient, session, practitioner = found
    approver = db.get(User, claim.approved_by_id) if claim.approved_by_id else None
    consults, stays = _consults(db, claim), _stays(db, claim)
    assigned = claim.assessment["evidence"]["assignment"]
    return Evidence(
        claim=claim,
        name=full_name(patient),
        session=session,
        clinician=practitioner_name(practitioner),
        clinician_user_id=practitioner.user_id,
        consults=consults,
        stays=stays,
        strip=strip_of(
            (session.starts_at, session.ends_at),
            stays=[(each.starts_at, each.ends_at) for each in stays],
            own=[(each.starts_at, each.ends_at) for each in consults],
            others=_others(db, claim),
        ),
        log=_log(db, claim),
        group=_group(db, claim, consults),
        policy=next((each for each in policies(db) if each.from_on <= claim.date_of_service), None),
        result=result_of(db, claim_id),
        assignment=db.get(BenefitAssignment, UUID(assigned["id"])) if assigned else None,
        choices=choices(claim.assessment),
        batch=db.get(ClaimBatch, claim.batch_id) if claim.batch_id else None,
        approved_by=approver.display_name if approver else None,
        replaced_by=_replaced_by(db, claim),
    )


def _card(item: Mapping[str, Any]) -> ItemCard:
    findings = [_dated(each) for each in item["findings"]]
    unmet = [each for each in findings if each["verdict"] != Verdict.MET]
    met = [each for each in findings if each["verdict"] == Verdict.MET]
    return ItemCard(item["item"], item["title"], date.fromisoformat(item["from"]), item["confidence"], unmet, met)


def _tells_a_limit(finding: Mapping[str, Any]) -> bool:
    # That nothing excludes a service is no news; which service does is.
    return finding["rule"] in _LIMITS and (finding["rule"] != "not-same-day" or finding["verdict"] != Verdict.MET)


def _dated(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    """The finding with the day on which a limit frees as a date, as pages write dates."""
    earliest = finding.get("earliest")
    return {**finding, "free_from": date.fromisoformat(earliest) if earliest else None}


def _consults(db: ReadSession, claim: Claim) -> list[Stretch]:
    ids = [UUID(each["id"]) for each in claim.assessment["evidence"]["consults"]]
    rows = db.exec(
        select(ConsultInterval, User.display_name)
        .join(User, col(User.id) == col(ConsultInterval.recorded_by_id))
        .where(col(ConsultInterval.id).in_(ids))
        .order_by(col(ConsultInterval.starts_at))
    )
    return [
        Stretch(row.starts_at, row.ends_at, name, row.recorded_at, row.is_entered, row.interrupted)
        for row, name in rows
        if row.ends_at is not None
    ]


def _stays(db: ReadSession, claim: Claim) -> list[Stretch]:
    rows = db.exec(
        select(ClinicianPresence, User.display_name)
        .join(User, col(User.id) == col(ClinicianPresence.recorded_by_id))
        .where(
            col(ClinicianPresence.group_session_id) == claim.group_session_id,
            col(ClinicianPresence.practitioner_id) == claim.practitioner_id,
            col(ClinicianPresence.superseded_at).is_(None),
        )
        .order_by(col(ClinicianPresence.starts_at))
    )
    return [
        Stretch(row.starts_at, row.ends_at, name, row.recorded_at, row.recorded_after)
        for row, name in rows
        if row.ends_at is not None
    ]


def _others(db: ReadSession, claim: Claim) -> list[Span]:
    """The clinician's time with everybody else in the session: when, and nothing about whom."""
    rows = db.exec(
        select(col(ConsultInterval.starts_at), col(ConsultInterval.ends_at)).where(
            col(ConsultInterval.group_session_id) == claim.group_session_id,
            col(ConsultInterval.practitioner_id) == claim.practitioner_id,
            col(ConsultInterval.encounter_id) != claim.encounter_id,
            col(ConsultInterval.superseded_at).is_(None),
            col(ConsultInterval.ends_at).is_not(None),
        )
    )
    return [(starts, ends) for starts, ends in rows if ends is not None]


def _log(db: ReadSession, claim: Claim) -> list[LogLine]:
    rows = db.exec(
        select(AttendanceMark, User.display_name)
        .join(User, col(User.id) == col(AttendanceMark.recorded_by_id))
        .where(col(AttendanceMark.encounter_id) == claim.encounter_id)
        .order_by(col(AttendanceMark.number))
    )
    return [
        LogLine(
            PRESENCE_WORDS[Presence(mark.presence)] if mark.presence else NOT_RECORDED,
            mark.happened_at,
            name,
            mark.recorded_after,
        )
        for mark, name in rows
    ]


def _group(db: ReadSession, claim: Claim, consults: Sequence[Stretch]) -> Group:
    there: Any = db.exec(
        select(col(Encounter.arrived_at), col(Encounter.left_at)).where(
            col(Encounter.group_session_id) == claim.group_session_id, col(Encounter.presence).in_(CAME)
        )
    ).all()
    then = consults[0].starts_at if consults else None
    return Group(
        came=len(there),
        then=sum((not came or came <= then) and (not left or left > then) for came, left in there) if then else None,
        left_early=sum(left is not None for _, left in there),
    )


def _replaced_by(db: ReadSession, claim: Claim) -> UUID | None:
    return db.exec(
        select(Claim.id).where(col(Claim.replaces_id) == claim.id, col(Claim.kind) == "service").limit(1)
    ).first()
