"""Reports owed to referrers: noted when their service went out or their course ended, written, and signed off."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from sma.appointments import Appointment
from sma.claims.models import Claim, ReferrerReport
from sma.claims.queries.referrer_reports import (
    course_of,
    duty_of_line,
    letter_of,
    owing_items,
    referral_of,
    report_view,
    sealed_letter,
    services_of,
)
from sma.claims.referring import (
    Duty,
    NoReportOwed,
    NotYourReport,
    ReferrerReportNotFound,
    ReportClosed,
    ReportMoment,
    ReportState,
    moments_now,
)
from sma.claims.rules import ClaimStatus, LineKind, LineNotFound
from sma.core import audit, clock
from sma.core.db import WriteSession
from sma.core.errors import Invalid, StaleVersion
from sma.entitlements import ReferralRecord
from sma.identity import CurrentUser, Permission
from sma.people import lock_patients, practitioner_of
from sma.scheduling import GroupSession, SessionStatus

_COMING = ("booked", "waitlist", "arrived", "fulfilled")


def note_reports(db: WriteSession, claim_ids: Collection[UUID], *, now: datetime) -> list[ReferrerReport]:
    """Note what exported lines owe their referrers. Noted again, it changes nothing.

    Call it where lines went out, in the same transaction.
    """
    query = (
        select(Claim)
        .where(
            col(Claim.id).in_(claim_ids),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.item_number).in_(owing_items()),
        )
        .order_by(col(Claim.date_of_service), col(Claim.id))
        # Freezing wrote the lines without telling the session.
        .execution_options(populate_existing=True)
    )
    return _note_all(db, db.exec(query).all(), now=now)


def note_course_ends(db: WriteSession, session_id: UUID, *, now: datetime) -> list[ReferrerReport]:
    """Note the last report of people for whom a closed session was the last of their course.

    Also of those who stayed away from it. Call it when a session was closed, in the same transaction.
    """
    session = db.get_one(GroupSession, session_id)
    expected = select(Appointment.patient_id).where(col(Appointment.group_session_id) == session_id)
    rows = db.exec(
        select(Claim)
        .join(GroupSession, col(GroupSession.id) == col(Claim.group_session_id))
        .where(
            col(GroupSession.program_id) == session.program_id,
            col(GroupSession.starts_at) <= session.starts_at,
            col(Claim.patient_id).in_(expected),
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status) == ClaimStatus.EXPORTED,
        )
        .order_by(col(Claim.date_of_service), col(Claim.id))
    )
    newest = {(each.patient_id, each.practitioner_id): each for each in rows}
    return _note_all(db, newest.values(), now=now)


def owe_report(db: WriteSession, claim_id: UUID, *, by: CurrentUser, now: datetime) -> ReferrerReport:
    """Note the last report of a course now, because it is over: the person stopped early, or nothing more is planned.

    Locks: the patient. Raises: LineNotFound, NotYourReport, NoReportOwed.
    """
    claim = db.get(Claim, claim_id)
    if claim is None or claim.kind != LineKind.SERVICE:
        raise LineNotFound
    lock_patients(db, [claim.patient_id])
    _own(db, claim.practitioner_id, by)
    duty = duty_of_line(claim)
    if duty is None or claim.status != ClaimStatus.EXPORTED:
        raise NoReportOwed
    report = _due(db, claim, ReportMoment.LAST, now=now)
    audit.record(db, by=by, did="owe-report", on=report, now=now)
    return report


def write_letter(
    db: WriteSession,
    report_id: UUID,
    *,
    referrer: str,
    referrer_address: str,
    assessment: str,
    treatment: str,
    management: str,
    version: int,
    by: CurrentUser,
    now: datetime,
) -> ReferrerReport:
    """Keep what the clinician has written so far.

    Locks: the report. Raises: ReferrerReportNotFound, NotYourReport, ReportClosed, StaleVersion.
    """
    report = _hold(db, report_id, by)
    if report.version != version:
        raise StaleVersion
    report.referrer, report.referrer_address = referrer, referrer_address
    report.assessment, report.treatment, report.management = assessment, treatment, management
    report.version += 1
    # What is written is the clinician's and sealed; the history keeps that it was.
    audit.record(db, by=by, did="write-report", on=report, now=now)
    return report


def sign_off(db: WriteSession, report_id: UUID, *, by: CurrentUser, now: datetime) -> ReferrerReport:
    """Sign the letter off: it is frozen as it reads now.

    Locks: the report. Raises: ReferrerReportNotFound, NotYourReport, ReportClosed, Invalid.
    """
    report = _hold(db, report_id, by)
    wanted = {"referrer": report.referrer, "assessment": report.assessment}
    wanted |= {"treatment": report.treatment, "management": report.management}
    if missing := {name: "Write this before signing off." for name, text in wanted.items() if not text}:
        raise Invalid("The letter is not complete.", fields=missing)
    view = report_view(db, report_id)
    report.letter = sealed_letter(letter_of(view, clock.local_date(now, view.timezone)))
    _close(report, ReportState.SIGNED, by, now)
    audit.record(db, by=by, did="sign-report", on=report, now=now)
    return report


def expect_more(db: WriteSession, report_id: UUID, *, by: CurrentUser, now: datetime) -> ReferrerReport:
    """Say that the course goes on: the report is due again with the next service that looks like the last.

    Locks: the report. Raises: ReferrerReportNotFound, NotYourReport, ReportClosed.
    """
    report = _hold(db, report_id, by)
    if report.moment != ReportMoment.LAST:
        raise ReportClosed("The report after the first service does not wait for further ones.")
    claim = db.get_one(Claim, report.claim_id)
    duty = duty_of_line(claim)
    if duty is not None and ReportMoment.FIRST in duty.moments:
        # What was taken for the only service was the first.
        _due(db, claim, ReportMoment.FIRST, now=now)
    report.state, report.version = ReportState.WAITING, report.version + 1
    audit.record(db, by=by, did="postpone-report", on=report, now=now)
    return report


def mark_written_elsewhere(db: WriteSession, report_id: UUID, *, by: CurrentUser, now: datetime) -> ReferrerReport:
    """Say that the report was written and sent from the clinical system.

    Locks: the report. Raises: ReferrerReportNotFound, NotYourReport, ReportClosed.
    """
    report = _hold(db, report_id, by)
    _close(report, ReportState.ELSEWHERE, by, now)
    audit.record(db, by=by, did="report-elsewhere", on=report, now=now)
    return report


def _close(report: ReferrerReport, state: ReportState, by: CurrentUser, now: datetime) -> None:
    report.state, report.done_at, report.done_by_id = state, now, by.id
    report.version += 1


def _hold(db: WriteSession, report_id: UUID, by: CurrentUser) -> ReferrerReport:
    query = select(ReferrerReport).where(col(ReferrerReport.id) == report_id).with_for_update()
    report = db.exec(query.execution_options(populate_existing=True)).one_or_none()
    if report is None:
        raise ReferrerReportNotFound
    _own(db, report.practitioner_id, by)
    if report.done_at is not None:
        raise ReportClosed
    return report


def _own(db: WriteSession, practitioner_id: UUID, by: CurrentUser) -> None:
    practitioner = practitioner_of(db, by.id)
    if practitioner is None or practitioner.id != practitioner_id or not by.may(Permission.APPROVE_CLAIMS):
        raise NotYourReport


def _note_all(db: WriteSession, claims: Iterable[Claim], *, now: datetime) -> list[ReferrerReport]:
    noted = []
    for claim in claims:
        duty = duty_of_line(claim)
        if duty is not None and claim.status == ClaimStatus.EXPORTED:
            noted += [_due(db, claim, moment, now=now) for moment in _moments(db, claim, duty)]
    return noted


def _moments(db: WriteSession, claim: Claim, duty: Duty) -> list[ReportMoment]:
    referral_id = referral_of(claim)
    referral = db.get(ReferralRecord, referral_id) if referral_id else None
    session = db.get_one(GroupSession, claim.group_session_id)
    later = (
        select(Appointment.id)
        .join(GroupSession, col(GroupSession.id) == col(Appointment.group_session_id))
        .where(
            col(Appointment.patient_id) == claim.patient_id,
            col(Appointment.status).in_(_COMING),
            col(GroupSession.program_id) == session.program_id,
            col(GroupSession.starts_at) > session.starts_at,
            col(GroupSession.status).not_in((SessionStatus.CANCELLED, SessionStatus.CLOSED)),
        )
    )
    return moments_now(
        duty,
        services=len(services_of(db, claim, course_of(db, claim), duty)),
        stated=referral.services if referral else None,
        is_over=db.exec(later.limit(1)).first() is None,
    )


def _due(db: WriteSession, claim: Claim, moment: ReportMoment, *, now: datetime) -> ReferrerReport:
    """The report of that course and moment: made due once, and again where it waited for further services."""
    course = course_of(db, claim)
    today = clock.local_date(now, db.get_one(GroupSession, claim.group_session_id).timezone)
    report = _noted(db, claim, course, moment)
    if report is None:
        fresh = ReferrerReport(
            patient_id=claim.patient_id,
            practitioner_id=claim.practitioner_id,
            claim_id=claim.id,
            course=course,
            moment=moment,
            due_since=today,
            referral_id=referral_of(claim),
        )
        try:
            # Written at once: another line of the same course is to find it.
            with db.begin_nested():
                db.add(fresh)
        except IntegrityError:
            # A batch and an account were made at the same moment; the other one has noted it.
            report = _noted(db, claim, course, moment)
            if report is None:
                raise
        else:
            return fresh
    if report.state == ReportState.WAITING:
        report.state, report.due_since, report.claim_id = ReportState.DUE, today, claim.id
        report.version += 1
    return report


def _noted(db: WriteSession, claim: Claim, course: str, moment: ReportMoment) -> ReferrerReport | None:
    return db.exec(
        select(ReferrerReport)
        .where(
            col(ReferrerReport.patient_id) == claim.patient_id,
            col(ReferrerReport.practitioner_id) == claim.practitioner_id,
            col(ReferrerReport.course) == course,
            col(ReferrerReport.moment) == moment,
        )
        .with_for_update()
    ).one_or_none()
