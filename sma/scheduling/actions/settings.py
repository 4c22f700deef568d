"""Writing a setting and approving its audience: the same for a program and for a session."""

from datetime import date, datetime

from sma.core.errors import Forbidden
from sma.identity import CurrentUser, Permission
from sma.people.rules import Audience
from sma.scheduling.models import SessionSetting
from sma.scheduling.rules import NotApprovable, SettingPlan, reason_gap, review_gap

_RECORD = ("audience", "audience_name", "audience_basis", "audience_note", "review_on")


def write_setting(row: SessionSetting, plan: SettingPlan) -> None:
    """Put a plan's setting on a row. An approval covers one record; when the record changes, it falls away."""
    record = plan.record()
    if record != record_of(row):
        for name, value in zip(_RECORD, record, strict=True):
            setattr(row, name, value)
        row.approved_by_id = row.approved_at = None
    row.session_language = plan.session_language
    row.least, row.target, row.most = plan.least, plan.target, plan.most
    row.clinician_minutes = plan.clinician_minutes


def copy_approval(source: SessionSetting, target: SessionSetting) -> None:
    """Let a session stand on its program's approval where it kept the program's record to the letter."""
    if record_of(source) == record_of(target):
        target.approved_by_id, target.approved_at = source.approved_by_id, source.approved_at


def record_of(row: SessionSetting) -> tuple[object, ...]:
    """The part of a setting that an approval covers."""
    return tuple(getattr(row, name) for name in _RECORD)


def must_be_approvable(
    row: SessionSetting, review_on: date | None, *, today: date, held_on: date | None, by: CurrentUser
) -> None:
    """Refuse what can't be approved with this review date.

    Raises: Forbidden without the permission, whichever door was taken; NotApprovable while the record is incomplete.
    """
    if not by.may(Permission.APPROVE_AUDIENCE):
        raise Forbidden("Approving an audience belongs to the cultural lead. Ask them to sign in and approve it.")
    if row.audience == Audience.OPEN:
        return
    if gap := reason_gap(row):
        raise NotApprovable(f"{gap} Ask the planner to complete it first.")
    if gap := review_gap(review_on, today=today, held_on=held_on):
        raise NotApprovable(gap)


def sign(row: SessionSetting, review_on: date | None, *, by: CurrentUser, now: datetime) -> None:
    """Put the name of the person who is signed in under an audience that may be approved, until its review."""
    row.review_on = None if row.audience == Audience.OPEN else review_on
    row.approved_by_id, row.approved_at = by.id, now
