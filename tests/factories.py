"""One plain function per noun, valid by default: `make_patient(db, groups_ok=["mens"])`."""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sma.appointments.models import Appointment
from sma.appointments.rules import AppointmentStatus
from sma.claims.models import PracticePolicy
from sma.core import clock
from sma.core.db import WriteSession
from sma.identity import CurrentUser, Role, User, as_current
from sma.identity.current import hash_token
from sma.identity.models import LoginSession, UserRole
from sma.people.models import Agreement, Location, Patient, Practitioner, PractitionerRole, Room
from sma.people.rules import Answered
from sma.scheduling.models import GroupSession, Program, SessionRole
from sma.scheduling.rules import SessionRoleKind, SessionStatus

NOW = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)  # Mon 23 Nov 2026, 9:00 am in Sydney


def make_user(db: WriteSession, *roles: Role, username: str | None = None, **changes: Any) -> CurrentUser:
    """A member of staff with roles (no usable password: sign-in tests make their own)."""
    username = username or f"user-{uuid4().hex[:8]}"
    user = User(
        username=username,
        display_name=username.title(),
        password_hash="!",
        created_at=NOW,
        **changes,
    )
    db.add(user)
    db.flush()
    db.add_all(UserRole(user_id=user.id, role=role) for role in roles)
    db.flush()
    return as_current(user, frozenset(roles))


def make_login(db: WriteSession, *roles: Role, username: str) -> tuple[CurrentUser, str]:
    """A signed-in member of staff: the user and the token for the cookie."""
    user = make_user(db, *roles, username=username)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.add(
        LoginSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=12),
            stepped_up_at=now,
        )
    )
    return user, token


def make_location(db: WriteSession, **changes: Any) -> Location:
    """A clinic in Sydney with consulting rooms."""
    location = Location(
        **{
            "name": "Saltwater AHS clinic",
            "neutral_name": "Saltwater clinic",
            "address": "1 Wharf Street",
            "suburb": "Saltwater",
            "state": "NSW",
            "postcode": "2480",
            "timezone": "Australia/Sydney",
            "is_consulting_rooms": True,
            **changes,
        }
    )
    db.add(location)
    db.flush()
    return location


def make_room(db: WriteSession, location: Location, **changes: Any) -> Room:
    room = Room(**{"location_id": location.id, "name": "Yarning room", "seats": 20, **changes})
    db.add(room)
    db.flush()
    return room


def make_patient(db: WriteSession, **changes: Any) -> Patient:
    """Somebody who answered that any group suits them, and who agreed to group care."""
    agreed = changes.pop("agreed", True)
    preferred = changes.get("preferred_name", "Alan")
    family = changes.get("family_name", "Drum")
    patient = Patient(
        **{
            "preferred_name": preferred,
            "given_names": preferred,
            "family_name": family,
            "preferred_search": preferred.casefold(),
            "family_search": (family or "").casefold(),
            "born_on": date(1970, 3, 4),
            "email": f"{uuid4().hex[:10]}@patients.example",
            "phone": "0491 570 006",
            "groups_ok": ["open", "mens", "womens"],
            "groups_state": Answered.ANSWERED,
            "groups_asked_on": date(2026, 11, 1),
            "created_at": NOW,
            **changes,
        }
    )
    db.add(patient)
    db.flush()
    if agreed:
        db.add(
            Agreement(
                patient_id=patient.id,
                text_version="2026-11",
                method="signed",
                given_on=date(2026, 11, 1),
                recorded_by_id=_somebody(db),
                recorded_at=NOW,
            )
        )
        db.flush()
    return patient


def make_practitioner(db: WriteSession, location: Location | None = None, **changes: Any) -> Practitioner:
    """A general practitioner, with a provider number at `location` when one is given."""
    number = changes.pop("provider_number", "2448261H")
    practitioner = Practitioner(
        **{
            "prefix": "Dr",
            "given_names": "Sam",
            "family_name": "Okafor",
            "profession": "general-practitioner",
            **changes,
        }
    )
    db.add(practitioner)
    db.flush()
    if location is not None:
        db.add(PractitionerRole(practitioner_id=practitioner.id, location_id=location.id, provider_number=number))
        db.flush()
    return practitioner


def make_program(db: WriteSession, **changes: Any) -> Program:
    """An open yarn up for up to twelve."""
    program = Program(
        **{
            "name": f"Yarn up {uuid4().hex[:6]}",
            "neutral_label": "Shared appointment",
            "item_families": ["gp-attendance"],
            "created_at": NOW,
            **changes,
        }
    )
    db.add(program)
    db.flush()
    return program


def make_session(db: WriteSession, **changes: Any) -> GroupSession:
    """An open session tomorrow at 10:00 in Sydney with room for twelve, a clinician and a facilitator.

    `staff=False` leaves it without; `clinician=` and `facilitator=` name them.
    """
    staff = changes.pop("staff", True)
    clinician, facilitator = changes.pop("clinician", None), changes.pop("facilitator", None)
    location = changes.pop("location", None) or make_location(db)
    program = changes.pop("program", None) or make_program(db)
    starts = changes.pop("starts_at", datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    session = GroupSession(
        **{
            "code": secrets.token_hex(3),
            "program_id": program.id,
            "location_id": location.id,
            "neutral_label": program.neutral_label,
            "item_families": program.item_families,
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=90),
            "timezone": location.timezone or "Australia/Sydney",
            "held_on": date(2026, 11, 24),
            "status": SessionStatus.OPEN,
            "created_at": NOW,
            **changes,
        }
    )
    db.add(session)
    db.flush()
    if staff:
        clinician = clinician or make_practitioner(db, location)
        facilitator = facilitator or make_practitioner(
            db, prefix=None, given_names="Marcus", family_name="Webb", profession="aboriginal-health-practitioner"
        )
    for person, role in ((clinician, SessionRoleKind.CLINICIAN), (facilitator, SessionRoleKind.FACILITATOR)):
        if person is not None:
            db.add(SessionRole(group_session_id=session.id, practitioner_id=person.id, role=role))
    db.flush()
    return session


def make_policy(db: WriteSession, individual_items: str = "yes", **changes: Any) -> PracticePolicy:
    """The practice's statement about items for one patient alone, from the middle of 2026 on."""
    policy = PracticePolicy(
        **{
            "individual_items": individual_items,
            "from_on": date(2026, 7, 1),
            "note": "Advice of Harbour Legal, 12 June 2026",
            "recorded_by_id": _somebody(db),
            "recorded_at": NOW,
            **changes,
        }
    )
    db.add(policy)
    db.flush()
    return policy


def make_appointment(
    db: WriteSession, session: GroupSession, patient: Patient | None = None, **changes: Any
) -> Appointment:
    """A booked place (rows only: no invitation, no message)."""
    patient = patient or make_patient(db)
    appointment = Appointment(
        **{
            "group_session_id": session.id,
            "patient_id": patient.id,
            "status": AppointmentStatus.BOOKED,
            "booked_at": NOW,
            "booked_by_id": _somebody(db),
            **changes,
        }
    )
    db.add(appointment)
    db.flush()
    return appointment


def _somebody(db: WriteSession) -> UUID:
    """A user for rows that must name one."""
    found: UUID | None = db.info.get("somebody")
    if found is None:
        found = make_user(db, Role.FRONT_DESK).id
        db.info["somebody"] = found
    return found
