"""One opened line: the evidence under it, every verdict, what may be chosen, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Verdict
from sma.assignments import BenefitAssignment
from sma.attendance import ClinicianPresence, ConsultInterval
from sma.claims.judgement import Choice, choices, way_out
from sma.claims.models import Claim, ClaimBatch
from sma.claims.rules import LineNotFound
from sma.core.db import ReadSession
from sma.identity import User
from sma.people import Patient, Practitioner, full_name, practitioner_name
from sma.scheduling import GroupSession


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
class ItemCard:
    """One item as it was judged: `unmet` are the findings that somebody has to look at, `met` the others."""

    item: str
    title: str
    version_from: str
    unmet: Sequence[Mapping[str, Any]]
    met: Sequence[Mapping[str, Any]]


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
        return [_card(item) for item in self.judged["fitting"]]

    @property
    def next_items(self) -> list[ItemCard]:
        return sorted((_card(item) for item in self.judged["next"]), key=lambda card: card.item)

    @property
    def way_out(self) -> str | None:
        """What to do where no item fits."""
        return way_out(self.judged)


def evidence(db: ReadSession, claim_id: UUID) -> Evidence:
    """Return one line with everything under it. Seven statements. Raises: LineNotFound."""
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
    assigned = claim.assessment["evidence"]["assignment"]
    return Evidence(
        claim=claim,
        name=full_name(patient),
        session=session,
        clinician=practitioner_name(practitioner),
        clinician_user_id=practitioner.user_id,
        consults=_consults(db, claim),
        stays=_stays(db, claim),
        assignment=db.get(BenefitAssignment, UUID(assigned["id"])) if assigned else None,
        choices=choices(claim.assessment),
        batch=db.get(ClaimBatch, claim.batch_id) if claim.batch_id else None,
        approved_by=approver.display_name if approver else None,
        replaced_by=_replaced_by(db, claim),
    )


def _card(item: Mapping[str, Any]) -> ItemCard:
    unmet = [each for each in item["findings"] if each["verdict"] != Verdict.MET]
    met = [each for each in item["findings"] if each["verdict"] == Verdict.MET]
    return ItemCard(item["item"], item["title"], item["from"], unmet, met)


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


def _replaced_by(db: ReadSession, claim: Claim) -> UUID | None:
    return db.exec(
        select(Claim.id).where(col(Claim.replaces_id) == claim.id, col(Claim.kind) == "service").limit(1)
    ).first()
