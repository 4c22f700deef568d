"""Freezing approved lines into batches that nothing changes any more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from billing import load_rulebook
from billing.exports import Line, numbered
from sma.claims.actions.drafting import Draft, code_of, drafts
from sma.claims.actions.lines import move
from sma.claims.freezing import blocks
from sma.claims.judgement import flags_of
from sma.claims.limits import load_limits
from sma.claims.models import Claim, ClaimBatch, ClaimBlock, ClaimLine
from sma.claims.reasons import Reason, kept
from sma.claims.rules import ClaimStatus, LineDecided, LineKind, NothingToBatch, Voucher, batches_of
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.identity import CurrentUser
from sma.people import practitioner_name


def hold_ready_lines(db: WriteSession) -> Sequence[Claim]:
    """Return every approved line, locked until commit in the order of their ids: two presses queue here."""
    query = (
        select(Claim)
        .where(col(Claim.status) == ClaimStatus.READY)
        .order_by(col(Claim.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.exec(query).all()


def make_batches(db: WriteSession, *, by: CurrentUser, now: datetime) -> list[ClaimBatch]:
    """Freeze all approved lines, one batch per provider number and as many more as the limits of a claim ask for.

    From here on the lines read as they do now, whatever happens to the record. A line that lost its card number, date
    of birth or assignment since it was approved goes back to blocked, with the reason.
    Locks: the lines. Raises: NothingToBatch.
    """
    made, left_out = drafts(db, hold_ready_lines(db))
    for claim, reason in left_out:
        lost = {"summary": reason, "waits_for": kept([Reason.LOST]), "approved_at": None, "approved_by_id": None}
        move(db, claim, ClaimStatus.BLOCKED, **lost)
        audit.record(db, by=by, did="hold-back", on=claim, now=now)
    if not made and not left_out:
        raise NothingToBatch
    limits = load_limits()
    batches = []
    for _, same_payee in groupby(_in_file_order(made), key=_payee):
        group = list(same_payee)
        parts = batches_of(
            [(each.claim.id, each.claim.patient_id, each.claim.date_of_service) for each in group],
            most_vouchers=limits.vouchers,
            most_services=limits.services_per_voucher,
        )
        batches += [_freeze(db, group[0], _dealt(group, vouchers), by=by, now=now) for vouchers in parts]
    return batches


def _payee(draft: Draft) -> tuple[str, UUID]:
    return draft.line.servicing_provider_number, draft.practitioner.id


def _in_file_order(made: Sequence[Draft]) -> list[Draft]:
    by_service = {draft.claim.id.hex: draft for draft in made}
    order = numbered(draft.line._replace(service_id=draft.claim.id.hex) for draft in made)
    return sorted((by_service[line.service_id] for line in order), key=lambda draft: str(_payee(draft)))


def _dealt(group: Sequence[Draft], vouchers: Sequence[Voucher]) -> list[tuple[Claim, Line]]:
    """Number the lines of one batch, in file order; a void line keeps voucher and service of what it takes back."""
    places = {
        line_id: (f"{number:02d}", f"{place:04d}")
        for number, voucher in enumerate(vouchers, 1)
        for place, line_id in enumerate(voucher.line_ids, 1)
    }
    pairs = []
    for line_no, draft in enumerate((each for each in group if each.claim.id in places), 1):
        line = draft.line._replace(line_no=line_no)
        if line.kind != "void":
            voucher_id, service_id = places[draft.claim.id]
            line = line._replace(voucher_id=voucher_id, service_id=service_id)
        pairs.append((draft.claim, line))
    return pairs


def _freeze(
    db: WriteSession, first: Draft, pairs: Sequence[tuple[Claim, Line]], *, by: CurrentUser, now: datetime
) -> ClaimBatch:
    lines = [line for _, line in pairs]
    signs = [-1 if line.kind == "void" else 1 for line in lines]
    batch = ClaimBatch(
        reference=_reference(db, first.timezone, now),
        provider_number=first.line.servicing_provider_number,
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
        meanings=_meanings(claim for claim, _ in pairs),
    )
    db.add(batch)
    # The rows below point at it, and the next batch of the same press needs to see its reference.
    db.flush()
    db.add_all(
        ClaimLine(batch_id=batch.id, line_no=line.line_no, claim_id=claim.id, kind=claim.kind) for claim, line in pairs
    )
    db.add_all(
        ClaimBlock(batch_id=batch.id, number=number, first_line_no=start, content=content)
        for number, start, content in blocks(lines)
    )
    _mark_exported(db, batch.id, [claim.id for claim, _ in pairs])
    voids = sum(claim.kind == LineKind.VOID for claim, _ in pairs)
    audit.record(
        db, by=by, did="make-batch", on=batch, now=now, lines=len(lines), voids=voids, charge_cents=batch.charge_cents
    )
    return batch


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


def _meanings(claims: Iterable[Claim]) -> dict[str, str]:
    flags = {flag for claim in claims for flag in flags_of(claim.assessment, claim.item_number)}
    return {code_of(flag): flag.capitalize() for flag in sorted(flags)}
