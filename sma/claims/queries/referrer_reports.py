"""Reports owed to referrers: the list, one with what its letter says, and what stands beside a line."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from billing import Profession, UnknownItem, load_rulebook
from sma.claims.models import LETTER_CONTEXT, Claim, ReferrerReport
from sma.claims.papers import LetterPaper
from sma.claims.referring import MOMENT_WORDS, Duty, ReferrerReportNotFound, ReportMoment, ReportState, duty_of
from sma.claims.rules import ClaimStatus, LineKind
from sma.core import crypto
from sma.core.db import ReadSession
from sma.entitlements import ReferralRecord
from sma.identity import User
from sma.people import PROFESSION_WORDS, Location, Patient, Practitioner, full_name, practitioner_name, written_name
from sma.scheduling import GroupSession

_OPEN = (ReportState.DUE, ReportState.WAITING)


@dataclass(frozen=True)
class ReportRow:
    """One report as the list shows it: no word of what it says."""

    report: ReferrerReport
    name: str
    clinician: str
    referrer: str | None
    done_by: str | None


@dataclass(frozen=True)
class ReportView:
    """One report with everything that its letter is made of."""

    report: ReferrerReport
    patient: Patient
    practitioner: Practitioner
    location: Location
    timezone: str
    provider_number: str
    duty: Duty | None
    services: Sequence[date]
    referrer: str
    referrer_address: str
    done_by: str | None

    @property
    def name(self) -> str:
        return full_name(self.patient)

    @property
    def clinician(self) -> str:
        return practitioner_name(self.practitioner)


@dataclass(frozen=True)
class LineReports:
    """What a line owes the referrer, and how far each report is."""

    duty: Duty
    reports: Sequence[ReferrerReport]


def report_rows(
    db: ReadSession, *, is_open: bool, page: int, size: int, clinician_user_id: UUID | None = None
) -> list[ReportRow]:
    """Return reports, the longest due first, or the done ones, newest first; one more than `size` if there are more."""
    query: Any = (
        select(ReferrerReport, Patient, Practitioner, ReferralRecord)
        .add_columns(User)
        .join(Patient, col(Patient.id) == col(ReferrerReport.patient_id))
        .join(Practitioner, col(Practitioner.id) == col(ReferrerReport.practitioner_id))
        .outerjoin(ReferralRecord, col(ReferralRecord.id) == col(ReferrerReport.referral_id))
        .outerjoin(User, col(User.id) == col(ReferrerReport.done_by_id))
    )
    if clinician_user_id is not None:
        query = query.where(col(Practitioner.user_id) == clinician_user_id)
    if is_open:
        query = query.where(col(ReferrerReport.state).in_(_OPEN)).order_by(
            col(ReferrerReport.state), col(ReferrerReport.due_since), col(ReferrerReport.id)
        )
    else:
        query = query.where(col(ReferrerReport.state).not_in(_OPEN)).order_by(
            col(ReferrerReport.done_at).desc(), col(ReferrerReport.id)
        )
    return [
        ReportRow(
            report=report,
            name=full_name(patient),
            clinician=practitioner_name(practitioner),
            referrer=report.referrer or (referral.referrer_name if referral else None),
            done_by=user.display_name if user else None,
        )
        for report, patient, practitioner, referral, user in db.exec(query.offset((page - 1) * size).limit(size + 1))
    ]


def report_view(db: ReadSession, report_id: UUID) -> ReportView:
    """Return one report. Raises: ReferrerReportNotFound."""
    found = db.exec(
        select(ReferrerReport, Patient, Practitioner, Claim)
        .join(Patient, col(Patient.id) == col(ReferrerReport.patient_id))
        .join(Practitioner, col(Practitioner.id) == col(ReferrerReport.practitioner_id))
        .join(Claim, col(Claim.id) == col(ReferrerReport.claim_id))
        .where(col(ReferrerReport.id) == report_id)
    ).one_or_none()
    if found is None:
        raise ReferrerReportNotFound
    report, patient, practitioner, claim = found
    session = db.get_one(GroupSession, claim.group_session_id)
    referral = db.get(ReferralRecord, report.referral_id) if report.referral_id else None
    written = f"Provider number {referral.referrer_provider_number}" if referral else ""
    done_by = db.get(User, report.done_by_id) if report.done_by_id else None
    duty = duty_of_line(claim)
    return ReportView(
        report=report,
        patient=patient,
        practitioner=practitioner,
        location=db.get_one(Location, session.location_id),
        timezone=session.timezone,
        provider_number=claim.provider_number or "",
        duty=duty,
        services=[each.date_of_service for each in services_of(db, claim, report.course, duty)] if duty else [],
        referrer=report.referrer or (referral.referrer_name if referral else ""),
        referrer_address=report.referrer_address or written,
        done_by=done_by.display_name if done_by else None,
    )


def reports_of_line(db: ReadSession, claim: Claim) -> LineReports | None:
    """Return the reports of a line's course, None where its item owes none. At most two statements."""
    duty = duty_of_line(claim)
    if duty is None:
        return None
    reports = db.exec(
        select(ReferrerReport)
        .where(
            col(ReferrerReport.patient_id) == claim.patient_id,
            col(ReferrerReport.practitioner_id) == claim.practitioner_id,
            col(ReferrerReport.course) == course_of(db, claim),
        )
        .order_by(col(ReferrerReport.moment))
    )
    return LineReports(duty, reports.all())


def duty_of_line(claim: Claim) -> Duty | None:
    """Return what a line's item owes the referrer."""
    if claim.item_number is None:
        return None
    try:
        return duty_of(load_rulebook().item(claim.item_number).family)
    except UnknownItem:
        return None


def owing_items() -> list[str]:
    """Return every item that owes a report."""
    return [item.number for item in load_rulebook().items if duty_of(item.family)]


def referral_of(claim: Claim) -> UUID | None:
    """The referral that the line was judged under."""
    under = claim.assessment["evidence"].get("referral")
    return UUID(under["id"]) if under else None


def course_of(db: ReadSession, claim: Claim) -> str:
    """Name a course: by its referral, else by program and year."""
    if referral := referral_of(claim):
        return referral.hex
    program = db.get_one(GroupSession, claim.group_session_id).program_id
    return f"{program.hex}-{claim.date_of_service.year}"


def services_of(db: ReadSession, claim: Claim, course: str, duty: Duty) -> list[Claim]:
    """Return the lines of a course that went out, oldest first."""
    rows = db.exec(
        select(Claim)
        .where(
            col(Claim.patient_id) == claim.patient_id,
            col(Claim.practitioner_id) == claim.practitioner_id,
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status) == ClaimStatus.EXPORTED,
            col(Claim.item_number).in_(owing_items()),
        )
        .order_by(col(Claim.date_of_service), col(Claim.id))
    )
    return [each for each in rows if duty_of_line(each) == duty and course_of(db, each) == course]


def letter_of(view: ReportView, signed_on: date) -> LetterPaper:
    """Put a letter together from what is written so far."""
    report, place = view.report, view.location
    address = " ".join(filter(None, (place.suburb, place.state, place.postcode)))
    return LetterPaper(
        reference=report.id.hex[:8].upper(),
        signed_on=signed_on,
        practice=place.name,
        practice_address=", ".join(filter(None, (place.address, address))),
        practice_phone=place.phone or "",
        referrer=view.referrer,
        referrer_address=view.referrer_address,
        patient=written_name(view.patient),
        born_on=view.patient.born_on,
        occasion=MOMENT_WORDS[ReportMoment(report.moment)],
        services=tuple(view.services),
        assessment=report.assessment or "",
        treatment=report.treatment or "",
        management=report.management or "",
        clinician=view.clinician,
        profession=PROFESSION_WORDS[Profession(view.practitioner.profession)],
        provider_number=view.provider_number,
    )


def sealed_letter(paper: LetterPaper) -> bytes:
    """Put a letter into the form it is kept in."""
    content = json.dumps(asdict(paper), ensure_ascii=False, separators=(",", ":"), default=str)
    return crypto.keyring().seal(content.encode(), LETTER_CONTEXT)


def opened_letter(report: ReferrerReport) -> LetterPaper:
    """Read a letter as it was signed off. Raises: ReferrerReportNotFound where it was not."""
    if report.letter is None:
        raise ReferrerReportNotFound
    table: dict[str, Any] = json.loads(crypto.keyring().open(report.letter, LETTER_CONTEXT))
    day = date.fromisoformat
    born = day(table["born_on"]) if table["born_on"] else None
    services = tuple(day(each) for each in table["services"])
    return LetterPaper(**{**table, "signed_on": day(table["signed_on"]), "born_on": born, "services": services})
