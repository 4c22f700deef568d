"""Every page of the clinic, with addresses that show it in its states. A new route needs its line here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sma.appointments.models import Appointment, LeadQuestion
from sma.assignments.models import BenefitAssignment
from sma.attendance.models import ClinicianPresence, ConsultInterval
from sma.claims.models import Claim, ClaimBatch, ClaimLodgement, ClaimReport, Export, PrivateAccount, ReferrerReport
from sma.core.clock import local_date
from sma.core.db import ReadSession
from sma.identity import User
from sma.messages.models import Communication
from sma.people.models import Location, Patient, Practitioner
from sma.scheduling.models import GroupSession, Program
from sma.scheduling.rules import SessionStatus

# Somebody on their first day: their password was given to them.
NEWCOMER = "somebody.new"
WORK_LISTS = ("under-minimum", "waiting", "agreement", "not-closed")
# Answers of these addresses are not pages.
NOT_PAGES = {
    "/": "leads to Today",
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/metrics": "for machines",
    "/sessions/{session_id}/sheets/{kind}.pdf": "a file",
    "/sessions/{session_id}/sheets/evidence.pdf": "a file",
    "/exports/{export_id}/file": "a file",
    "/assignments/{assignment_id}/page.pdf": "a file",
    "/exports/{export_id}/manifest": "a file",
    "/accounts/{account_id}/file": "a file",
    "/referrer-reports/{letter_id}/file": "a file",
    "/claim-reports/sample.csv": "a file",
}


@dataclass(frozen=True)
class Refusal:
    """A page that says no: where it comes from, what is typed and pressed, and the status of the answer."""

    address: str
    status: int
    button: str | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    username: str | None = None


def refusals(db: ReadSession, *, now: datetime) -> list[Refusal]:
    """Return every kind of refusal: a form with errors, the stop page, and the pages for 403, 404, 405 and 409."""
    sessions = _sessions(db, now)
    coming, begun, today = sessions["coming"], sessions["unfinished"], sessions["today"]
    first = _id(db, select(Patient.id).order_by(col(Patient.preferred_search)))
    booked = _id(db, select(Appointment.id).where(Appointment.group_session_id == coming))
    seen = _id(db, select(Appointment.id).where(Appointment.group_session_id == begun))
    consult = _id(db, _standing_consult())
    stay = _id(db, select(ClinicianPresence.id).where(ClinicianPresence.group_session_id == begun))
    place = _id(db, select(Location.id))
    worker = _id(db, select(Practitioner.id))
    program = _id(db, select(Program.id).where(Program.audience == "mens"))
    undecided = _id(db, select(Claim.id).where(Claim.status == "needs-check"))
    lodged = _id(db, select(ClaimLodgement.batch_id))
    unsigned = _id(
        db,
        select(BenefitAssignment.id).where(
            col(BenefitAssignment.signed_at).is_(None), BenefitAssignment.method == "pre"
        ),
    )
    sandra = _id(db, select(Patient.id).where(Patient.preferred_name == "Sandra"))
    mens = _id(db, select(GroupSession.id).where(GroupSession.audience == "mens", GroupSession.starts_at > now))
    return [
        Refusal("/nowhere", 404),
        Refusal("/operations", 403, username="tahlia"),
        Refusal("/account/password", 405),
        Refusal(f"/sessions/{mens}/appointments/new?patient_id={sandra}", 409, username="tahlia"),
        Refusal("/step-up?next=/claims", 422, "Go on"),
        Refusal("/account", 422, "Change password"),
        Refusal("/account/own-password", 422, "Use this password", username=NEWCOMER),
        Refusal("/users/new", 422, "Add the user"),
        Refusal("/people/new", 422, "Register this person", {"#phone": "by pigeon"}),
        Refusal(f"/people/{first}/edit", 422, "Save these details", {"#preferred_name": ""}),
        Refusal(f"/people/{first}/coverage", 422, "Record this card", {"#number": "1234"}),
        Refusal(f"/people/{first}/comfort", 422, "Record this answer"),
        Refusal(f"/people/{first}/death", 422, "Record that", username="aunty.dot"),
        Refusal(f"/people/{first}/agreement", 422, "Record this agreement", {"#given_on": ""}),
        Refusal("/practitioners/new", 422, "Add this practitioner"),
        Refusal(f"/practitioners/{worker}", 422, "Record this number"),
        Refusal("/locations/new", 422, "Add this location"),
        Refusal(f"/locations/{place}", 422, "Save this room"),
        Refusal("/programs/new", 422, "Save the program"),
        Refusal(f"/sessions/new?program={program}", 422, "Save as a draft"),
        Refusal(f"/appointments/{booked}/cancellation", 422, "Take"),
        Refusal(f"/appointments/{seen}/presence", 422, "Record for"),
        Refusal(f"/appointments/{seen}/entered-consults", 422, "Enter the consult"),
        Refusal(f"/consults/{consult}/correction", 422, "Correct the times", {"#ends": "00:01"}),
        Refusal(f"/clinician-presences/{stay}/correction", 422, "Correct the stay"),
        Refusal(f"/sessions/{begun}/entered-presences", 422, "Enter the stay"),
        Refusal(f"/sessions/{today}/walk-ins", 422, "Add as here now"),
        Refusal(f"/sessions/{today}/closing", 409, "Close the session"),
        Refusal(f"/sessions/{begun}/assignments", 422, "Record for"),
        Refusal(f"/assignments/{unsigned}/signing", 422, "I agree"),
        Refusal(f"/claims/{undecided}", 422, "Keep as not billed", username="dr.okafor"),
        Refusal("/claims", 422, "Approve the lines ticked", username="dr.okafor"),
        Refusal("/claim-reports", 422, "Take in this report"),
        Refusal(f"/claim-batches/{lodged}/claim-reference", 422, "Record the correction"),
    ]


def addresses(db: ReadSession, *, now: datetime) -> dict[str, list[str]]:
    """Return, for each route that answers with a page, addresses that show it filled, empty and refused."""
    return _of_staff_and_people(db, now) | _of_sessions_and_claims(db, now)


def _of_staff_and_people(db: ReadSession, now: datetime) -> dict[str, list[str]]:
    sessions = _sessions(db, now)
    _waiting, _today = sessions["waiting"], sessions["today"]
    people = list(db.exec(select(Patient.id).order_by(col(Patient.preferred_search)).limit(3)))
    first = people[0]
    died = _id(db, select(Patient.id).where(col(Patient.is_deceased).is_(True)))
    list(db.exec(select(Claim.id, Claim.status).order_by(col(Claim.assessed_at))))
    worker = _id(db, select(Practitioner.id).where(Practitioner.family_name == "Okafor"))
    place = _id(db, select(Location.id).where(Location.state == "NSW"))
    user = _id(db, select(User.id).where(User.username == "marcus"))
    return {
        "/sign-in": ["/sign-in"],
        "/sign-in/code": ["/sign-in/code"],
        "/step-up": ["/step-up?next=/claims"],
        "/account": ["/account"],
        "/account/own-password": ["/account/own-password"],
        "/account/second-factor": ["/account/second-factor"],
        "/users": ["/users"],
        "/users/new": ["/users/new"],
        "/users/{user_id}": [f"/users/{user}"],
        "/today": [
            "/today",
            *(f"/today?show={show}" for show in ("under-minimum", "waiting", "agreement", "not-closed")),
        ],
        "/week": ["/week", "/week?week=2027-03-01"],
        "/people": ["/people"],
        "/people/search": ["/people/search"],
        "/people/new": ["/people/new"],
        "/people/{patient_id}": [f"/people/{person}" for person in (*people, died)],
        "/people/{patient_id}/edit": [f"/people/{first}/edit"],
        "/people/{patient_id}/coverage": [f"/people/{first}/coverage"],
        "/people/{patient_id}/identifiers": [f"/people/{first}/identifiers"],
        "/people/{patient_id}/comfort": [f"/people/{first}/comfort"],
        "/people/{patient_id}/agreement": [f"/people/{first}/agreement"],
        "/people/{patient_id}/death": [f"/people/{person}/death" for person in people],
        "/people/{patient_id}/death-correction": [f"/people/{died}/death-correction"],
        "/people/{patient_id}/appointments": [f"/people/{person}/appointments" for person in people],
        "/people/{patient_id}/appointments/new": [f"/people/{person}/appointments/new" for person in people],
        "/people/{patient_id}/medicare": [f"/people/{person}/medicare" for person in people],
        "/people/{patient_id}/medicare/services/new": [f"/people/{first}/medicare/services/new"],
        "/people/{patient_id}/medicare/plans/new": [f"/people/{first}/medicare/plans/new"],
        "/people/{patient_id}/medicare/referrals/new": [f"/people/{first}/medicare/referrals/new"],
        "/people/{patient_id}/medicare/registrations/new": [f"/people/{first}/medicare/registrations/new"],
        "/practitioners": ["/practitioners"],
        "/practitioners/new": ["/practitioners/new"],
        "/practitioners/{practitioner_id}": [f"/practitioners/{worker}"],
        "/locations": ["/locations"],
        "/locations/new": ["/locations/new"],
        "/locations/{location_id}": [f"/locations/{place}"],
        "/locations/{location_id}/edit": [f"/locations/{place}/edit"],
    }


def _of_sessions_and_claims(db: ReadSession, now: datetime) -> dict[str, list[str]]:
    sessions = _sessions(db, now)
    every_session = sorted(set(sessions.values()))
    coming, past, begun = sessions["coming"], sessions["closed"], sessions["unfinished"]
    waiting, today = sessions["waiting"], sessions["today"]
    people = list(db.exec(select(Patient.id).order_by(col(Patient.preferred_search)).limit(3)))
    first = people[0]
    booked = _id(
        db, select(Appointment.id).where(Appointment.group_session_id == coming, Appointment.status == "booked")
    )
    waits = _id(db, select(Appointment.id).where(Appointment.status == "waitlist"))
    seen = _id(db, select(Appointment.id).where(Appointment.group_session_id == begun))
    consult = _id(db, _standing_consult())
    stay = _id(db, select(ClinicianPresence.id).where(ClinicianPresence.group_session_id == begun))
    program = _id(db, select(Program.id).where(Program.audience == "mens"))
    messages = list(db.exec(select(Communication.id).limit(2)))
    questions = list(db.exec(select(LeadQuestion.id).order_by(col(LeadQuestion.asked_at))))
    return {
        "/programs": ["/programs"],
        "/programs/new": ["/programs/new"],
        "/programs/{program_id}": [f"/programs/{program}"],
        "/programs/{program_id}/edit": [f"/programs/{program}/edit"],
        "/sessions/new": ["/sessions/new", f"/sessions/new?program={program}"],
        "/sessions/{session_id}": [f"/sessions/{session}" for session in every_session],
        "/sessions/{session_id}/plan": [f"/sessions/{session}/plan" for session in every_session],
        "/sessions/{session_id}/edit": [f"/sessions/{coming}/edit"],
        "/sessions/{session_id}/appointments/new": [
            f"/sessions/{coming}/appointments/new",
            *(f"/sessions/{session}/appointments/new?patient_id={first}" for session in (coming, waiting, past)),
        ],
        "/sessions/{session_id}/cancellation": [f"/sessions/{coming}/cancellation", f"/sessions/{past}/cancellation"],
        "/appointments/{appointment_id}/cancellation": [f"/appointments/{booked}/cancellation"],
        "/appointments/{appointment_id}/move": [
            f"/appointments/{booked}/move",
            f"/appointments/{booked}/move?session_id={waiting}",
            f"/appointments/{waits}/move",
        ],
        "/sessions/{session_id}/day": [f"/sessions/{session}/day" for session in every_session],
        "/sessions/{session_id}/closing": [
            f"/sessions/{session}/closing" for session in (past, begun, sessions["today"])
        ],
        "/sessions/{session_id}/walk-ins": [
            f"/sessions/{today}/walk-ins",
            f"/sessions/{today}/walk-ins?patient_id={people[1]}",
        ],
        "/sessions/{session_id}/entered-presences": [f"/sessions/{begun}/entered-presences"],
        "/appointments/{appointment_id}/presence": [f"/appointments/{seen}/presence"],
        "/appointments/{appointment_id}/entered-consults": [f"/appointments/{seen}/entered-consults"],
        "/clinician-presences/{presence_id}/correction": [f"/clinician-presences/{stay}/correction"],
        "/consults/{consult_id}/correction": [f"/consults/{consult}/correction"],
        "/sessions/{session_id}/sheets/{kind}": [f"/sessions/{past}/sheets/{kind}" for kind in ("sign-in", "staff")],
        "/sessions/{session_id}/sheets/evidence": [f"/sessions/{past}/sheets/evidence"],
        **_of_claims(db, sessions),
        **_of_agreements(db),
        **_of_accounts_and_reports(db, past, coming),
        "/questions": ["/questions"],
        "/questions/{question_id}": [f"/questions/{question}" for question in questions],
        "/messages": ["/messages", "/messages?state=sent", "/messages?state=call"],
        "/messages/{message_id}": [f"/messages/{message}" for message in messages],
        "/operations": ["/operations"],
    }


def _of_claims(db: ReadSession, sessions: Mapping[str, UUID]) -> dict[str, list[str]]:
    past, begun, today = (sessions[name] for name in ("closed", "unfinished", "today"))
    claims = list(db.exec(select(Claim.id, Claim.status).order_by(col(Claim.assessed_at))))
    one_of_each = {status: claim_id for claim_id, status in claims}
    batch, export = _id(db, select(ClaimBatch.id)), _id(db, select(Export.id))
    return {
        "/claims": [
            "/claims",
            "/claims?month=2026-11&reason=agreement",
            *(f"/claims?tab={tab}" for tab in ("ready", "exported", "exceptions", "paid", "not-billed")),
        ],
        "/claims/policy": ["/claims/policy"],
        "/claims/volume": ["/claims/volume"],
        "/claims/{claim_id}": [f"/claims/{claim}" for claim in one_of_each.values()],
        "/sessions/{session_id}/claims": [f"/sessions/{session}/claims" for session in (past, begun)],
        "/sessions/{session_id}/assignments": [f"/sessions/{session}/assignments" for session in (past, begun, today)],
        "/claim-batches": ["/claim-batches"],
        "/claim-batches/dry-run": ["/claim-batches/dry-run"],
        "/claim-batches/{batch_id}": [f"/claim-batches/{batch}"],
        "/claim-batches/{batch_id}/claim-reference": [f"/claim-batches/{batch}/claim-reference"],
        "/claim-periods": ["/claim-periods"],
        "/claim-reports": ["/claim-reports"],
        "/claim-reports/reconciliation": ["/claim-reports/reconciliation"],
        "/claim-reports/{report_id}": [f"/claim-reports/{each}" for each in db.exec(select(ClaimReport.id))],
        "/exports/{export_id}": [f"/exports/{export}"],
    }


def _of_agreements(db: ReadSession) -> dict[str, list[str]]:
    """Agreements by how they were made, and two that wait: one to be signed, one to be read out."""
    found = db.exec(select(BenefitAssignment).order_by(col(BenefitAssignment.recorded_at))).all()
    signed = {each.method: each for each in found if each.signed_at}
    waiting = [each for each in found if not each.signed_at]
    assert signed, "the demonstration has no agreement"
    assert len(waiting) == 2, "the demonstration has no agreements to be signed"
    one = waiting[0]
    return {
        "/sessions/{session_id}/people/{patient_id}/assignment": [
            f"/sessions/{each.group_session_id}/people/{each.patient_id}/assignment?clinician={each.practitioner_id}"
            for each in (one, *signed.values())
        ],
        "/people/{patient_id}/assignments": [f"/people/{one.patient_id}/assignments"],
        "/assignments/{assignment_id}": [f"/assignments/{each.id}" for each in (one, *signed.values())],
        "/assignments/{assignment_id}/signing": [f"/assignments/{each.id}/signing" for each in waiting],
        "/assignments/{assignment_id}/thanks": [f"/assignments/{one.id}/thanks"],
    }


def _of_accounts_and_reports(db: ReadSession, *sessions: UUID) -> dict[str, list[str]]:
    """An account not paid, one taken back with its credit and successor; a letter to write and one signed off."""
    lines = [
        _id(db, select(Claim.id).where(Claim.billing_type == kind, Claim.status == status))
        for kind, status in (("private", "ready"), ("private", "exported"), ("bulk", "needs-check"))
    ]
    reports = list(db.exec(select(ReferrerReport.id).order_by(col(ReferrerReport.due_since))))
    return {
        "/sessions/{session_id}/payers": [f"/sessions/{session}/payers" for session in sessions],
        "/claims/{claim_id}/payer": [f"/claims/{line}/payer" for line in lines],
        "/claims/{claim_id}/account": [f"/claims/{line}/account" for line in lines],
        "/accounts": ["/accounts", "/accounts?show=owed"],
        "/accounts/{account_id}": [f"/accounts/{each}" for each in db.exec(select(PrivateAccount.id))],
        "/referrer-reports": ["/referrer-reports", "/referrer-reports?show=done"],
        "/referrer-reports/{letter_id}": [f"/referrer-reports/{each}" for each in reports],
    }


def _sessions(db: ReadSession, now: datetime) -> Mapping[str, UUID]:
    """One session in each state."""
    sessions = db.exec(select(GroupSession).order_by(col(GroupSession.starts_at))).all()
    waiting = set(db.exec(select(Appointment.group_session_id).where(Appointment.status == "waitlist")))
    today = local_date(now, "Australia/Sydney")

    def one(name: str, found: Sequence[GroupSession]) -> UUID:
        assert found, f"the demonstration has no session that is {name}"
        return found[-1].id

    by_status = {
        status.value: one(status, [session for session in sessions if session.status == status])
        for status in (SessionStatus.DRAFT, SessionStatus.CANCELLED, SessionStatus.CLOSED)
    }
    is_open = [session for session in sessions if session.status == SessionStatus.OPEN]
    return by_status | {
        "today": one("today", [session for session in is_open if session.held_on == today][:1]),
        "waiting": one("full", [session for session in is_open if session.id in waiting]),
        "coming": one("to come", [session for session in is_open if session.starts_at > now]),
        "unfinished": one("unfinished", [session for session in is_open if session.ends_at < now]),
    }


def _standing_consult() -> SelectOfScalar[UUID]:
    return select(ConsultInterval.id).where(col(ConsultInterval.superseded_at).is_(None))


def _id(db: ReadSession, query: SelectOfScalar[UUID]) -> UUID:
    found = db.exec(query.limit(1)).first()
    assert found is not None, f"the demonstration has no row for {query}"
    return found
