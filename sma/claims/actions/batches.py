"""Freezing approved lines into batches that nothing changes any more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from billing import load_rulebook
from billing.exports import Assignment, LeftOut, Line
from billing.exports.splitting import Unit, claims_of
from sma.assignments import note_claimed
from sma.claims.actions.drafting import Draft, Held, drafts
from sma.claims.actions.lines import move
from sma.claims.actions.referrer_reports import note_reports
from sma.claims.actions.register import register_row
from sma.claims.freezing import beside, blocks
from sma.claims.limits import load_limits
from sma.claims.models import Claim, ClaimBatch, ClaimBlock, ClaimLine
from sma.claims.queries.responses import was_rejected
from sma.claims.reasons import Reason, kept
from sma.claims.rules import BillingType, ClaimStatus, LineDecided, LineKind, NothingToBatch
from sma.core import audit, clock
from sma.core.db import ReadSession, WriteSession
from sma.identity import CurrentUser
from sma.people import practitioner_name

_READY = (
    select(Claim)
    .where(col(Claim.status) == ClaimStatus.READY, col(Claim.billing_type) != BillingType.PRIVATE)
    .order_by(col(Claim.id))
)


def hold_ready_lines(db: WriteSession) -> Sequence[Claim]:
    """Return every approved line that goes into a batch, locked until commit in id order: two presses queue here.

    Private services are not among them: they become accounts.
    """
    return db.exec(_READY.with_for_update().execution_options(populate_existing=True)).all()


def _with_nothing_to_take_back(db: ReadSession, ready: Sequence[Claim]) -> list[Claim]:
    """Return the void lines whose service came back rejected after it was voided: nothing was ever paid for it."""
    voids = [each for each in ready if each.kind == LineKind.VOID and each.replaces_id]
    return [each for each in voids if each.replaces_id and was_rejected(db, each.replaces_id)]


@dataclass(frozen=True)
class Planned:
    """A batch as it would be frozen now."""

    clinician: str
    provider_number: str
    payee_provider_number: str | None
    billing_type: str
    people: int
    lines: int
    voids: int
    charge_cents: int


def would_freeze(db: ReadSession, *, now: datetime) -> tuple[list[Planned], list[Held]]:
    """Say what freezing would come to at this moment, and which lines it would hold back; changes nothing."""
    ready = db.exec(_READY).all()
    idle = _with_nothing_to_take_back(db, ready)
    made, held = drafts(db, [each for each in ready if each not in idle], now=now)
    return [_planned(pairs) for pairs in _dealt(made)], held


def _planned(pairs: Sequence[tuple[Draft, Line]]) -> Planned:
    draft, first = pairs[0]
    return Planned(
        clinician=practitioner_name(draft.practitioner),
        provider_number=first.servicing_provider_number,
        payee_provider_number=first.payee_provider_number,
        billing_type=first.billing_type,
        people=len({each.claim.patient_id for each, _ in pairs}),
        lines=len(pairs),
        voids=sum(line.kind == "void" for _, line in pairs),
        charge_cents=sum(-line.charge_cents if line.kind == "void" else line.charge_cents for _, line in pairs),
    )


def make_batches(db: WriteSession, *, by: CurrentUser, now: datetime) -> list[ClaimBatch]:
    """Freeze all approved lines, one batch for each claim that the limits ask for.

    From here on the lines read as they do now, whatever happens to the record. A line that cannot go out as it is (a
    card that has expired, a missing referral, a service too old) goes back to blocked, with the reason. A void line has
    nothing to take back when its service came back rejected meanwhile, and is withdrawn.
    Locks: the lines. Raises: NothingToBatch.
    """
    ready = hold_ready_lines(db)
    for claim in (idle := _with_nothing_to_take_back(db, ready)):
        move(db, claim, ClaimStatus.WITHDRAWN)
        audit.record(db, by=by, did="nothing-to-take-back", on=claim, now=now)
    made, held = drafts(db, [each for each in ready if each not in idle], now=now)
    for each in held:
        lost = {"summary": each.reason[:300], "waits_for": kept([Reason.LOST])}
        move(db, each.claim, ClaimStatus.BLOCKED, approved_at=None, approved_by_id=None, **lost)
        audit.record(db, by=by, did="hold-back", on=each.claim, now=now, why=each.remark.code)
    if not made and not held and not idle:
        raise NothingToBatch
    batches: list[ClaimBatch] = []
    for pairs in _dealt(made):
        first_of_number = all(each.provider_number != pairs[0][1].servicing_provider_number for each in batches)
        batches.append(_freeze(db, pairs, held if first_of_number else (), by=by, now=now))
        note_reports(db, [draft.claim.id for draft, _ in pairs], now=now)
    return batches


def _dealt(made: Sequence[Draft]) -> list[list[tuple[Draft, Line]]]:
    """Deal drafts into the claims that the limits ask for, each line with its numbers."""
    limits, by_claim = load_limits(), {draft.claim.id: draft for draft in made}
    dealt = claims_of(
        (Unit(draft.claim.id, draft.claim.patient_id, draft.lines) for draft in made),
        most_vouchers=limits.vouchers,
        most_services=limits.services_per_voucher,
    )
    return [[(by_claim[claim_id], line) for claim_id, line in one] for one in dealt]


def _freeze(
    db: WriteSession, pairs: Sequence[tuple[Draft, Line]], held: Sequence[Held], *, by: CurrentUser, now: datetime
) -> ClaimBatch:
    first, lines = pairs[0][0], [line for _, line in pairs]
    today = clock.local_date(now, first.timezone)
    signs = [-1 if line.kind == "void" else 1 for line in lines]
    batch = ClaimBatch(
        reference=_reference(db, first.timezone, now),
        provider_number=lines[0].servicing_provider_number,
        payee_provider_number=lines[0].payee_provider_number,
        service_type_code=lines[0].service_type_code,
        billing_type=lines[0].billing_type,
        practitioner_id=first.practitioner.id,
        practitioner_name=practitioner_name(first.practitioner),
        practice_name=first.location.name,
        timezone=first.timezone,
        made_at=now.replace(microsecond=0),
        made_by_id=by.id,
        line_count=len(lines),
        charge_cents=sum(sign * line.charge_cents for sign, line in zip(signs, lines, strict=True)),
        benefit_cents=sum(sign * line.benefit_cents for sign, line in zip(signs, lines, strict=True)),
        rulebook_hash=load_rulebook().content_hash,
        schedule_version=max(line.mbs_schedule_version for line in lines),
        meanings=_meanings(draft for draft, _ in pairs),
        beside=beside(_register(pairs, today), _left_out(held, lines[0].servicing_provider_number)),
    )
    db.add(batch)
    # The rows below point at it, and the next batch of the same press needs to see its reference.
    db.flush()
    db.add_all(_claim_line(batch.id, draft.claim, line) for draft, line in pairs)
    db.add_all(
        ClaimBlock(batch_id=batch.id, number=number, first_line_no=start, content=content)
        for number, start, content in blocks(lines)
    )
    claim_ids = {draft.claim.id: draft.claim.kind for draft, _ in pairs}
    _mark_exported(db, batch.id, list(claim_ids))
    note_claimed(db, {draft.agreement.id for draft, _ in pairs if draft.agreement}, on=today)
    voids = sum(kind == LineKind.VOID for kind in claim_ids.values())
    audit.record(
        db, by=by, did="make-batch", on=batch, now=now, lines=len(lines), voids=voids, charge_cents=batch.charge_cents
    )
    return batch


def _claim_line(batch_id: UUID, claim: Claim, line: Line) -> ClaimLine:
    return ClaimLine(
        batch_id=batch_id,
        line_no=line.line_no,
        claim_id=claim.id,
        kind=claim.kind,
        voucher_id=line.voucher_id,
        service_id=line.service_id,
        item_number=line.mbs_item,
        charge_cents=line.charge_cents,
    )


def _register(pairs: Sequence[tuple[Draft, Line]], claimed_on: date) -> tuple[Assignment, ...]:
    """Each assignment that a line of the batch rests on, once, in the order of the lines."""
    rows = {
        draft.agreement.id: register_row(draft.agreement, line, claimed_on)
        for draft, line in reversed(pairs)
        if draft.agreement is not None
    }
    return tuple(reversed(rows.values()))


def _left_out(held: Sequence[Held], provider_number: str) -> tuple[LeftOut, ...]:
    rows = [each.row for each in held if each.row.servicing_provider_number == provider_number]
    return tuple(sorted(rows, key=lambda row: (row.session_date, row.patient_family_name, row.patient_given_name)))


def _mark_exported(db: WriteSession, batch_id: UUID, claim_ids: Sequence[UUID]) -> None:
    moved = db.connection().execute(
        update(Claim)
        .where(col(Claim.id).in_(claim_ids), col(Claim.status) == ClaimStatus.READY)
        .values(status=ClaimStatus.EXPORTED, batch_id=batch_id, version=Claim.version + 1)
    )
    if moved.rowcount != len(claim_ids):
        raise LineDecided


def _reference(db: WriteSession, timezone: str, now: datetime) -> str:
    day = f"B{clock.local_date(now, timezone):%Y%m%d}-"
    taken = db.exec(select(ClaimBatch.reference).where(col(ClaimBatch.reference).startswith(day))).all()
    return f"{day}{max((int(each.removeprefix(day)) for each in taken), default=0) + 1:02d}"


def _meanings(made: Iterable[Draft]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for draft in made:
        meanings.update(draft.meanings or {})
    return dict(sorted(meanings.items()))
