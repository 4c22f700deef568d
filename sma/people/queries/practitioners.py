"""Practitioners, where they work, and under which number."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from sma.core.db import ReadSession
from sma.identity import User
from sma.people import names
from sma.people.models import Location, Practitioner, PractitionerRole
from sma.people.rules import PractitionerNotFound


@dataclass(frozen=True)
class RoleRow:
    """A practitioner's work at one place."""

    id: UUID
    practitioner_id: UUID | None
    location_id: UUID | None
    location_name: str | None
    role_text: str | None
    provider_number: str | None
    payee_provider_number: str | None
    is_active: bool


@dataclass(frozen=True)
class PractitionerRow:
    id: UUID
    name: str
    profession: str
    is_active: bool
    has_sign_in: bool
    roles: Sequence[RoleRow]


def provider_number(db: ReadSession, practitioner_id: UUID, location_id: UUID) -> str | None:
    """Return the number that holds for this practitioner at this place, and at no other. One statement."""
    return db.exec(
        select(PractitionerRole.provider_number)
        .where(
            col(PractitionerRole.practitioner_id) == practitioner_id,
            col(PractitionerRole.location_id) == location_id,
            col(PractitionerRole.is_active).is_(True),
            col(PractitionerRole.provider_number).is_not(None),
        )
        .order_by(col(PractitionerRole.provider_number))
        .limit(1)
    ).first()


def practitioner_of(db: ReadSession, user_id: UUID) -> Practitioner | None:
    """Return the practitioner behind a sign-in, if that user is one."""
    return db.exec(select(Practitioner).where(col(Practitioner.user_id) == user_id)).first()


def practitioner(db: ReadSession, practitioner_id: UUID) -> Practitioner:
    """Raises: PractitionerNotFound."""
    found = db.get(Practitioner, practitioner_id)
    if found is None:
        raise PractitionerNotFound
    return found


def practitioners(db: ReadSession, *, page: int, size: int) -> list[PractitionerRow]:
    """Return one page of practitioners by family name, each with their places; one row more than `size` if there are
    further ones. Two statements.
    """
    found = db.exec(
        select(Practitioner)
        .order_by(
            col(Practitioner.is_active).desc(),
            # Said outright, because the engines disagree about where rows without a name belong.
            col(Practitioner.family_name).is_(None),
            col(Practitioner.family_name),
            col(Practitioner.given_names),
            col(Practitioner.id),
        )
        .offset((page - 1) * size)
        .limit(size + 1)
    ).all()
    roles = roles_of(db, [one.id for one in found])
    return [
        PractitionerRow(
            id=one.id,
            name=names.practitioner_name(one),
            profession=one.profession,
            is_active=one.is_active,
            has_sign_in=one.user_id is not None,
            roles=[role for role in roles if role.practitioner_id == one.id],
        )
        for one in found
    ]


def roles_of(db: ReadSession, practitioner_ids: Sequence[UUID]) -> list[RoleRow]:
    """Return the places where these practitioners work, by name of place. One statement."""
    rows = db.exec(
        select(PractitionerRole, col(Location.name))
        .outerjoin(Location, col(Location.id) == col(PractitionerRole.location_id))
        .where(col(PractitionerRole.practitioner_id).in_(practitioner_ids))
        .order_by(col(Location.name), col(PractitionerRole.id))
    ).all()
    return [
        RoleRow(
            id=role.id,
            practitioner_id=role.practitioner_id,
            location_id=role.location_id,
            location_name=place,
            role_text=role.role_text,
            provider_number=role.provider_number,
            payee_provider_number=role.payee_provider_number,
            is_active=role.is_active,
        )
        for role, place in rows
    ]


def linkable_users(db: ReadSession) -> list[tuple[UUID, str]]:
    """Return active sign-ins (id, display name) that belong to no practitioner yet. One statement."""
    rows = db.exec(
        select(col(User.id), col(User.display_name))
        .outerjoin(Practitioner, col(Practitioner.user_id) == col(User.id))
        .where(col(User.is_active).is_(True), col(Practitioner.id).is_(None))
        .order_by(col(User.display_name))
    ).all()
    return [(user_id, name) for user_id, name in rows]


def linked_user(db: ReadSession, practitioner_id: UUID) -> tuple[UUID, str] | None:
    """Return the sign-in (id, display name) that belongs to a practitioner. One statement."""
    row = db.exec(
        select(col(User.id), col(User.display_name))
        .join(Practitioner, col(Practitioner.user_id) == col(User.id))
        .where(col(Practitioner.id) == practitioner_id)
    ).first()
    return (row[0], row[1]) if row else None
