"""The lines of a batch as they are first written down: every fact of each approved claim, read at this moment, and
whatever keeps one back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from billing.exports import LeftOut, Line, voiding
from billing.exports.checks import DUPLICATE, Context, Remark, Service, cautions, obstacles, repeated
from sma.assignments import BenefitAssignment, assignments_by_id
from sma.claims.actions.first_lines import Covers, Row, asks_patients_seen, assignment_id, lines_of, names
from sma.claims.actions.since_approval import used_up
from sma.claims.freezing import thaw
from sma.claims.limits import load_limits
from sma.claims.matching import items_of, unmatched
from sma.claims.models import Claim, ClaimBatch, ClaimBlock, ClaimLine
from sma.claims.rules import BillingType, ClaimStatus, LineKind
from sma.core import clock
from sma.core.db import ReadSession
from sma.entitlements import Referred, referrals
from sma.people import Coverage, Location, Patient, Practitioner, PractitionerRole
from sma.people.rules import CoverageKind
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class Draft:
    """One claim as lines without their numbers. `location` and `practitioner` name the batch it goes into."""

    claim: Claim
    lines: tuple[Line, ...]
    location: Location
    practitioner: Practitioner
    timezone: str
    agreement: BenefitAssignment | None = None
    meanings: Mapping[str, str] | None = None


class Held(NamedTuple):
    """A claim that stays out of its batch, and why."""

    claim: Claim
    remark: Remark
    row: LeftOut

    @property
    def reason(self) -> str:
        return f"{self.remark.reason} {self.remark.remedy}"


def drafts(db: ReadSession, claims: Sequence[Claim], *, now: datetime) -> tuple[list[Draft], list[Held]]:
    """Write down each approved claim; also return those that cannot go out as they are, each with why.

    The number of statements does not grow with the claims, apart from one for each day of service.
    """
    rows = _rows(db, claims)
    earlier = _earlier_lines(db, claims)
    agreements = assignments_by_id(db, [each for row in rows if (each := assignment_id(row.claim))])
    fresh = [row for row in rows if row.claim.id not in earlier]
    mismatched = unmatched(
        db, [(row.claim, items_of(row.claim), assignment_id(row.claim), row.session.timezone) for row in fresh]
    )
    overtaken = used_up(db, [row.claim for row in fresh])
    made: list[Draft] = []
    held: list[Held] = []
    for row in rows:
        agreement_id = assignment_id(row.claim)
        agreement = agreements.get(agreement_id) if agreement_id else None
        if taken_back := earlier.get(row.claim.id):
            made.append(Draft(row.claim, tuple(taken_back), row.location, row.practitioner, row.session.timezone))
            continue
        missing = _missing(row, mismatched.get(row.claim.id)) or overtaken.get(row.claim.id)
        found = missing or _checked(row, agreement, now=now)
        if isinstance(found, Remark):
            held.append(Held(row.claim, found, _left_out(row, found)))
        else:
            made.append(found)
    return _without_repeats(db, made, held)


def _missing(row: Row, mismatch: str | None) -> Remark | None:
    """What a line cannot even be written down without."""
    again = "Enter it on the person's page, then assess again."
    if row.claim.billing_type == BillingType.DVA:
        if row.covers.dva is None:
            return Remark("dva-missing", "The DVA file number is missing.", again)
    elif row.covers.medicare is None or row.covers.medicare.irn is None:
        return Remark("medicare-missing", "The Medicare number or its IRN is missing.", again)
    if row.patient.born_on is None:
        return Remark("birth-missing", "The date of birth is missing.", again)
    if row.claim.provider_number is None or row.claim.item_number is None:
        return Remark(
            "provider-missing", "The provider number for this place is missing.", "Enter it, then assess again."
        )
    if mismatch:
        reason, _, remedy = mismatch.partition(". ")
        return Remark("assignment-mismatch", f"{reason.removesuffix('.')}.", remedy)
    return None


def _checked(row: Row, agreement: BenefitAssignment | None, *, now: datetime) -> Draft | Remark:
    lines, meanings = lines_of(row, agreement)
    card = row.covers.dva if row.claim.billing_type == BillingType.DVA else row.covers.medicare
    context = Context(
        today=clock.local_date(now, row.session.timezone),
        limits=load_limits().form(row.claim.billing_type),
        card_expires_on=card.expires_on if card else None,
        asks_patients_seen=asks_patients_seen(row.claim),
        is_authorised=agreement is not None,
    )
    checked = []
    for number, line in enumerate(lines):
        # What is claimed beside a service is counted by that service, never by itself.
        about = context if number == 0 else replace(context, asks_patients_seen=False)
        if found := obstacles(line, about):
            return found[0]
        remarks = cautions(line, about)
        meanings.update({each.code: f"{each.reason} {each.remedy}" for each in remarks})
        codes = " ".join([*line.validation_codes.split(), *(each.code for each in remarks)])
        checked.append(
            line._replace(validation_codes=codes, validation_status="warning" if codes else line.validation_status)
        )
    return Draft(row.claim, tuple(checked), row.location, row.practitioner, row.session.timezone, agreement, meanings)


def _without_repeats(db: ReadSession, made: list[Draft], held: list[Held]) -> tuple[list[Draft], list[Held]]:
    """Hold back what is claimed already, and say of distinct services that they are."""
    made = sorted(made, key=lambda draft: (draft.lines[0].session_start, draft.claim.id))
    new = [draft for draft in made if draft.claim.kind != LineKind.VOID]
    same, distinct = repeated([_service(draft.claim, draft.lines[0]) for draft in new], _standing(db, new))
    kept: dict[UUID, Draft | None] = {}
    for place, draft in enumerate(new):
        if place in same:
            kept[draft.claim.id] = None
            held.append(Held(draft.claim, DUPLICATE, _left_out_line(draft.lines[0], DUPLICATE)))
        elif place in distinct:
            kept[draft.claim.id] = replace(draft, lines=tuple(_distinct(line) for line in draft.lines))
    return [each for draft in made if (each := kept.get(draft.claim.id, draft))], held


def _distinct(line: Line) -> Line:
    text = line.service_text or f"Separate service, {line.session_start:%H:%M} to {line.session_end:%H:%M}"
    return line._replace(duplicate_override=True, service_text=text)


def _service(claim: Claim, line: Line) -> Service:
    same = (claim.patient_id, claim.provider_number, claim.date_of_service, claim.item_number)
    return Service(same, line.session_start, line.session_end)


def _standing(db: ReadSession, new: Sequence[Draft]) -> list[Service]:
    """What was exported before for these people on these days, and not taken back."""
    rows = db.exec(
        select(Claim, GroupSession.starts_at, GroupSession.ends_at)
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .where(
            col(Claim.status) == ClaimStatus.EXPORTED,
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.patient_id).in_({draft.claim.patient_id for draft in new}),
            col(Claim.date_of_service).in_({draft.claim.date_of_service for draft in new}),
        )
    )
    return [
        Service((each.patient_id, each.provider_number, each.date_of_service, each.item_number), starts, ends)
        for each, starts, ends in rows
    ]


def _left_out(row: Row, remark: Remark) -> LeftOut:
    family, given = names(row.patient)
    return LeftOut(
        session_date=row.claim.date_of_service,
        servicing_provider_number=row.claim.provider_number or "",
        patient_ref=row.patient.source_id or row.patient.id.hex,
        patient_family_name=family,
        patient_given_name=given,
        mbs_item=row.claim.item_number or "",
        reason=remark.reason,
        remedy=remark.remedy,
    )


def _left_out_line(line: Line, remark: Remark) -> LeftOut:
    return LeftOut(
        session_date=line.session_date,
        servicing_provider_number=line.servicing_provider_number,
        patient_ref=line.patient_ref,
        patient_family_name=line.patient_family_name,
        patient_given_name=line.patient_given_name,
        mbs_item=line.mbs_item,
        reason=remark.reason,
        remedy=remark.remedy,
    )


def _rows(db: ReadSession, claims: Sequence[Claim]) -> list[Row]:
    found = db.exec(
        select(Claim, Patient, GroupSession, Practitioner)
        .join(Patient, col(Patient.id) == col(Claim.patient_id))
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id))
        .where(col(Claim.id).in_([claim.id for claim in claims]))
    ).all()
    covers = _covers(db, {patient.id for _, patient, *_ in found})
    places = _places(db, {session.location_id for *_, session, _ in found})
    payees = _payees(db, {practitioner.id for *_, practitioner in found})
    written: dict[object, Mapping[UUID, Sequence[Referred]]] = {}
    rows = []
    for claim, patient, session, practitioner in found:
        day = claim.date_of_service
        if day not in written:
            written[day] = referrals(db, [each.patient_id for each, *_ in found if each.date_of_service == day], day)
        rows.append(
            Row(
                claim=claim,
                patient=patient,
                session=session,
                practitioner=practitioner,
                location=places[session.location_id],
                covers=covers.get(patient.id, Covers()),
                payee=payees.get((practitioner.id, session.location_id)),
                referrals=written[day].get(patient.id, ()),
            )
        )
    return rows


def _places(db: ReadSession, location_ids: Collection[UUID]) -> dict[UUID, Location]:
    return {each.id: each for each in db.exec(select(Location).where(col(Location.id).in_(location_ids)))}


def _payees(db: ReadSession, practitioner_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], str]:
    rows = db.exec(
        select(PractitionerRole.practitioner_id, PractitionerRole.location_id, PractitionerRole.payee_provider_number)
        .where(
            col(PractitionerRole.practitioner_id).in_(practitioner_ids),
            col(PractitionerRole.payee_provider_number).is_not(None),
            col(PractitionerRole.is_active).is_(True),
        )
        .order_by(col(PractitionerRole.id))
    )
    return {(who, where): number for who, where, number in rows if who and where and number}


def _covers(db: ReadSession, patient_ids: Collection[UUID]) -> dict[UUID, Covers]:
    found: dict[UUID, Covers] = {}
    rows = db.exec(
        select(Coverage)
        .where(col(Coverage.patient_id).in_(patient_ids), col(Coverage.is_current).is_(True))
        .order_by(col(Coverage.created_at), col(Coverage.id))
    )
    for cover in rows:
        kind = "medicare" if cover.kind == CoverageKind.MEDICARE else "dva"
        found[cover.patient_id] = found.get(cover.patient_id, Covers())._replace(**{kind: cover})
    return found


def _earlier_lines(db: ReadSession, claims: Sequence[Claim]) -> dict[UUID, list[Line]]:
    """For each void claim, the lines that take back those of the one it voids, word for word as they were frozen."""
    voided = {claim.replaces_id: claim.id for claim in claims if claim.kind == LineKind.VOID}
    if not voided:
        return {}
    wanted = db.exec(
        select(ClaimLine.claim_id, ClaimLine.batch_id, ClaimLine.line_no, ClaimBatch.reference)
        .join(ClaimBatch, col(ClaimBatch.id) == col(ClaimLine.batch_id))
        .where(col(ClaimLine.claim_id).in_(voided), col(ClaimLine.kind) == LineKind.SERVICE)
        .order_by(col(ClaimLine.line_no))
    ).all()
    frozen: dict[tuple[UUID, int], Line] = {}
    for batch_id in {batch_id for _, batch_id, *_ in wanted}:
        for content in db.exec(select(ClaimBlock.content).where(col(ClaimBlock.batch_id) == batch_id)):
            frozen.update({(batch_id, line.line_no): line for line in thaw(content)})
    found: dict[UUID, list[Line]] = {}
    for claim_id, batch_id, line_no, reference in wanted:
        found.setdefault(voided[claim_id], []).append(voiding(frozen[batch_id, line_no], reference))
    return found
