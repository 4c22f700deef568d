"""Practitioners, their sign-in, and the provider number that each place gives them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from billing.identifiers import Problem, check_provider_number
from sma.core import audit
from sma.core.db import WriteSession
from sma.core.errors import Conflict, Invalid
from sma.identity import CurrentUser, User
from sma.people.models import Location, Practitioner, PractitionerRole
from sma.people.rules import PlaceNotFound, PractitionerNotFound


@dataclass(frozen=True, kw_only=True)
class PractitionerAnswers:
    """A worker as colleagues know them; `profession` is one of billing.facts.Profession."""

    given_names: str
    family_name: str | None = None
    prefix: str | None = None
    profession: str = "other"


def make_practitioner(
    db: WriteSession, answers: PractitionerAnswers, *, by: CurrentUser, now: datetime
) -> Practitioner:
    """Add a worker who can be given a part in sessions."""
    practitioner = Practitioner(**asdict(answers))
    db.add(practitioner)
    audit.record(db, by=by, did="make", on=practitioner, now=now)
    return practitioner


def set_provider_number(
    db: WriteSession,
    practitioner_id: UUID,
    location_id: UUID,
    number: str | None,
    *,
    payee: str | None = None,
    by: CurrentUser,
    now: datetime,
) -> PractitionerRole:
    """Record that a practitioner works at a place, and the provider number that holds there (None: none yet).

    `payee` is the number of the provider who is paid instead, where it is not the practitioner.
    Locks: the practitioner row. Raises: PractitionerNotFound, PlaceNotFound, Invalid when a check fails, or the payee
    is the practitioner.
    """
    clean, paid = _checked(number, payee)
    practitioner = lock_practitioners(db, [practitioner_id])[0]
    if db.get(Location, location_id) is None:
        raise PlaceNotFound
    role = db.exec(
        select(PractitionerRole)
        .where(
            col(PractitionerRole.practitioner_id) == practitioner.id,
            col(PractitionerRole.location_id) == location_id,
        )
        .order_by(col(PractitionerRole.is_active).desc(), col(PractitionerRole.id))
    ).first()
    if role is None:
        role = PractitionerRole(practitioner_id=practitioner.id, location_id=location_id)
        db.add(role)
    role.provider_number, role.payee_provider_number, role.is_active = clean, paid, True
    role.kept_here = ["is_active", "payee_provider_number", "provider_number"]
    audit.record(db, by=by, did="set-provider-number", on=role, now=now, held=clean is not None)
    return role


def _checked(number: str | None, payee: str | None) -> tuple[str | None, str | None]:
    clean: dict[str, str | None] = {}
    problems: dict[str, str] = {}
    for name, typed in (("provider_number", number), ("payee_provider_number", payee)):
        try:
            clean[name] = check_provider_number(typed) if typed else None
        except Problem as problem:
            problems[name] = problem.message
    if not problems and clean["payee_provider_number"] and clean["payee_provider_number"] == clean["provider_number"]:
        problems["payee_provider_number"] = (
            "That is their own number. Medicare refuses a claim whose payee is the provider: leave it empty."
        )
    if problems:
        raise Invalid(fields=problems)
    return clean["provider_number"], clean["payee_provider_number"]


def link_user(
    db: WriteSession, practitioner_id: UUID, user_id: UUID | None, *, by: CurrentUser, now: datetime
) -> Practitioner:
    """Say which sign-in belongs to a practitioner (None: no sign-in): it decides which sessions are "theirs".

    Locks: the practitioner row. Raises: PractitionerNotFound, Invalid, Conflict when the sign-in is another's.
    """
    practitioner = lock_practitioners(db, [practitioner_id])[0]
    if user_id is not None and db.get(User, user_id) is None:
        raise Invalid(fields={"user_id": "Choose a sign-in from the list."})
    others = select(Practitioner.id).where(col(Practitioner.id) != practitioner.id)
    if user_id is not None and db.exec(others.where(col(Practitioner.user_id) == user_id)).first() is not None:
        raise Conflict("That sign-in already belongs to another practitioner.", code="sign-in-taken")
    practitioner.user_id = user_id
    practitioner.version += 1
    audit.record(db, by=by, did="link-user", on=practitioner, now=now, linked=user_id is not None)
    return practitioner


def lock_practitioners(db: WriteSession, ids: Collection[UUID]) -> list[Practitioner]:
    """Return these practitioners in the order of their ids, each row locked until the transaction ends.

    Raises: PractitionerNotFound when one is missing.
    """
    wanted = set(ids)
    found = db.exec(
        select(Practitioner)
        .where(col(Practitioner.id).in_(wanted))
        .order_by(col(Practitioner.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(wanted):
        raise PractitionerNotFound
    return list(found)
