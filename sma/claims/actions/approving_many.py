"""Deciding about many lines, or judging many sessions, in one press; each is looked at again under its lock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from sma.claims.actions.decisions import approve
from sma.claims.actions.lines import lock_lines
from sma.claims.actions.proposing import Changes, reassess
from sma.claims.judgement import choices
from sma.claims.models import Claim
from sma.claims.reasons import is_plain
from sma.claims.rules import ClaimStatus, LineDecided, NotApprovable
from sma.core.audit import Actor
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import lock_patients
from sma.scheduling import GroupSession, SessionStatus, lock_session


@dataclass(frozen=True)
class ApprovedTogether:
    """What one press came to: lines approved, their cents, and those left because they had moved on."""

    approved: int
    cents: int
    left: int


def approve_many(
    db: WriteSession,
    claim_ids: Collection[UUID],
    *,
    with_incentive: bool = False,
    by: CurrentUser,
    now: datetime,
) -> ApprovedTogether:
    """Approve each line for the one item that fits it. Lines that changed since, or never fitted that, are left.

    `with_incentive` says that the clinician confirmed, for all of them, what an incentive beside the item asks.
    A line with another question, something in its way or several fitting items is for its own page.
    Locks: the patients, the sessions, their lines, each in the order of their ids. Raises: NotYourLine, when one is not
    theirs.
    """
    patient_ids, session_ids = _behind(db, claim_ids)
    lock_patients(db, patient_ids)
    for session_id in session_ids:
        lock_session(db, session_id)
    held = {claim.id: claim for claim in lock_lines(db, *session_ids)}
    approved = cents = 0
    for claim_id in sorted(set(claim_ids)):
        claim = held.get(claim_id)
        if claim is None or claim.status != ClaimStatus.NEEDS_CHECK or not is_plain(claim.assessment):
            continue
        (choice,) = (choice for choice in choices(claim.assessment) if not choice.is_lower)
        confirmed = choice.asked_beside if with_incentive else ()
        try:
            line = approve(db, claim_id, item_number=choice.item_number, confirmed=confirmed, by=by, now=now)
        except (NotApprovable, LineDecided):
            continue
        approved += 1
        cents += (line.schedule_fee_cents or 0) + line.added_cents
    return ApprovedTogether(approved, cents, len(set(claim_ids)) - approved)


def reassess_many(db: WriteSession, session_ids: Collection[UUID], *, by: Actor | None, now: datetime) -> Changes:
    """Judge several closed sessions again; those that are not closed, or do not exist, are passed over.

    Locks: the sessions, then their lines, each in the order of their ids: freezing locks lines of many sessions too.
    """
    closed = db.exec(
        select(GroupSession.id)
        .where(col(GroupSession.id).in_(session_ids), col(GroupSession.status) == SessionStatus.CLOSED)
        .order_by(col(GroupSession.id))
    ).all()
    for session_id in closed:
        lock_session(db, session_id)
    lock_lines(db, *closed)
    found = [reassess(db, session_id, by=by, now=now) for session_id in closed]
    return Changes(
        fresh=sum(each.fresh for each in found),
        withdrawn=sum(each.withdrawn for each in found),
        lost_approval=sum(each.lost_approval for each in found),
        outdated=sum(each.outdated for each in found),
    )


def _behind(db: WriteSession, claim_ids: Collection[UUID]) -> tuple[set[UUID], list[UUID]]:
    """Whose lines these are, and of which sessions."""
    found = db.exec(select(Claim.patient_id, Claim.group_session_id).where(col(Claim.id).in_(claim_ids))).all()
    return {patient_id for patient_id, _ in found}, sorted({session_id for _, session_id in found})
