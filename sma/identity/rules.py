"""Roles, what each may do, and how sign-in is limited. Source of the roles: the clinic's own access policy."""

from datetime import timedelta
from enum import StrEnum

from sma.core.errors import Conflict, DomainError, Forbidden, Invalid


class Role(StrEnum):
    """What a person does in the clinic; one person may hold several."""

    FRONT_DESK = "front-desk"
    FACILITATOR = "facilitator"
    HEALTH_WORKER = "health-worker"
    CULTURAL_LEAD = "cultural-lead"
    CLINICIAN = "clinician"
    BILLING = "billing"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    SAFETY_LEAD = "safety-lead"


ROLE_WORDS = {
    Role.FRONT_DESK: "Front desk",
    Role.FACILITATOR: "Facilitator",
    Role.HEALTH_WORKER: "Health worker",
    Role.CULTURAL_LEAD: "Cultural lead",
    Role.CLINICIAN: "Clinician",
    Role.BILLING: "Billing",
    Role.MANAGER: "Manager",
    Role.ADMINISTRATOR: "Administrator",
    Role.SAFETY_LEAD: "Safety lead",
}


class Permission(StrEnum):
    """One kind of act. Every route names one (or says that it is open)."""

    SEE_SCHEDULE = "see-schedule"  # Today, week, sessions by neutral label
    SEE_EVERY_SESSION = "see-every-session"  # the people and records of any session (else only when assigned)
    SEE_SETTINGS = "see-session-settings"  # audience and topic of any session (else only when assigned)
    PLAN_SESSIONS = "plan-sessions"  # make and change programs and sessions
    APPROVE_AUDIENCE = "approve-audience"  # the signed-in acts of the cultural lead: audiences, answers
    SEE_PEOPLE = "see-people"
    EDIT_PEOPLE = "edit-people"
    SEE_IDENTIFIERS = "see-identifiers"  # full Medicare or DVA number
    RECORD_ENTITLEMENTS = "record-entitlements"  # a person's Medicare history: earlier services, plans, referrals
    RECORD_COMFORT = "record-comfort"  # a person's own answer about groups
    RECORD_DEATH = "record-death"  # that somebody has died, and taking back a mistake
    BOOK = "book"
    PASS_WARNING = "pass-warning"  # noqa: S105 - not a password. Book although a soft stop was shown, with a reason
    RUN_SESSION = "run-session"  # roll call, walk-ins, presence, consults, closing
    CONFIRM_MINUTES = "confirm-minutes"  # a clinician's own minutes and notes
    CORRECT_MINUTES = "correct-minutes"  # anybody's minutes that their clinician pressed or confirmed
    PRINT_SHEETS = "print-sheets"
    SEE_EVIDENCE = "see-evidence"
    SEE_MESSAGES = "see-messages"
    SEE_ASSIGNMENTS = "see-assignments"  # a person's assignments of benefit and their paper
    HOLD_RECORDS = "hold-records"  # keep a record beyond its time
    SEE_CLAIMS = "see-claims"
    APPROVE_CLAIMS = "approve-claims"
    EXPORT_CLAIMS = "export-claims"
    SET_BILLING_POLICY = "set-billing-policy"  # the practice's own dated statement about items for one patient alone
    MANAGE_USERS = "manage-users"
    SEE_OPERATIONS = "see-operations"
    SEE_AUDIT = "see-audit"
    OWN_ACCOUNT = "own-account"  # anybody signed in


_EVERYBODY = {Permission.SEE_SCHEDULE, Permission.OWN_ACCOUNT}
_DESK = _EVERYBODY | {
    Permission.SEE_EVERY_SESSION,
    Permission.SEE_PEOPLE,
    Permission.EDIT_PEOPLE,
    Permission.RECORD_COMFORT,
    Permission.BOOK,
    Permission.RUN_SESSION,
    Permission.PRINT_SHEETS,
    Permission.SEE_MESSAGES,
    Permission.SEE_ASSIGNMENTS,
}
_CARE = _DESK | {Permission.PASS_WARNING, Permission.SEE_EVIDENCE}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FRONT_DESK: frozenset(_DESK | {Permission.RECORD_ENTITLEMENTS}),
    Role.FACILITATOR: frozenset(_CARE),
    Role.HEALTH_WORKER: frozenset(_CARE | {Permission.RECORD_DEATH, Permission.RECORD_ENTITLEMENTS}),
    Role.CULTURAL_LEAD: frozenset(
        _CARE | {Permission.APPROVE_AUDIENCE, Permission.SEE_SETTINGS, Permission.RECORD_DEATH}
    ),
    Role.CLINICIAN: frozenset(
        _EVERYBODY
        | {
            Permission.SEE_PEOPLE,
            Permission.RECORD_ENTITLEMENTS,
            Permission.RUN_SESSION,
            Permission.CONFIRM_MINUTES,
            Permission.PRINT_SHEETS,
            Permission.SEE_EVIDENCE,
            Permission.SEE_ASSIGNMENTS,
            Permission.SEE_CLAIMS,
            Permission.APPROVE_CLAIMS,
        }
    ),
    Role.BILLING: frozenset(
        _EVERYBODY
        | {
            Permission.SEE_EVERY_SESSION,
            Permission.SEE_PEOPLE,
            Permission.SEE_IDENTIFIERS,
            Permission.RECORD_ENTITLEMENTS,
            Permission.SEE_EVIDENCE,
            Permission.SEE_ASSIGNMENTS,
            Permission.SEE_CLAIMS,
            Permission.EXPORT_CLAIMS,
        }
    ),
    Role.MANAGER: frozenset(
        _DESK
        | {
            Permission.CORRECT_MINUTES,
            Permission.RECORD_ENTITLEMENTS,
            Permission.PLAN_SESSIONS,
            Permission.SEE_SETTINGS,
            Permission.RECORD_DEATH,
            Permission.SEE_EVIDENCE,
            Permission.HOLD_RECORDS,
            Permission.SEE_CLAIMS,
            Permission.SET_BILLING_POLICY,
            Permission.SEE_OPERATIONS,
            Permission.SEE_AUDIT,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        _EVERYBODY
        | {
            Permission.SEE_EVERY_SESSION,
            Permission.MANAGE_USERS,
            Permission.SEE_OPERATIONS,
            Permission.SEE_AUDIT,
        }
    ),
    Role.SAFETY_LEAD: frozenset(
        _EVERYBODY
        | {
            Permission.SEE_EVERY_SESSION,
            Permission.SEE_PEOPLE,
            Permission.SEE_SETTINGS,
            Permission.SEE_EVIDENCE,
            Permission.SEE_AUDIT,
        }
    ),
}

SIGN_IN_TRIES = 8
SIGN_IN_WINDOW_SECONDS = 900.0
STEP_UP_LASTS = timedelta(minutes=10)
RECOVERY_CODES = 8
LEAST_PASSWORD = 12


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Return everything that the given roles together allow."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def ago(passed: timedelta) -> str:
    """Say how long ago something was, without a clock or a zone: "just now", "12 minutes ago", "3 days ago"."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 2:
        return "just now"
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            return f"{minutes // size} {unit}{'' if minutes // size == 1 else 's'} ago"
    return f"{minutes} minutes ago"


class TooManyTries(DomainError):
    status = 429
    code = "too-many-tries"
    message = "Too many tries for this name. Wait fifteen minutes, or ask an administrator for a new password."


class WeakPassword(Invalid):
    code = "weak-password"
    message = f"Use a password of at least {LEAST_PASSWORD} characters; a short sentence works well."


class SamePassword(Invalid):
    code = "same-password"
    message = "That is the password you were given. Choose one that nobody else knows."


class ProveItIsYou(Forbidden):
    code = "step-up-needed"
    message = (
        "Show that it is you first: roles, new passwords and the end of a second factor are only given within ten "
        "minutes of that."
    )


class UsernameTaken(Conflict):
    code = "username-taken"
    message = "That user name is in use. Choose another one."


class LastAdministrator(Conflict):
    code = "last-administrator"
    message = "This is the only administrator. Make somebody else an administrator first."
