"""How many services clinicians gave by day, against the patterns that the law looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from billing.rules.pools import add_months
from billing.volume import VolumeStanding, load_limits, volume_standings
from sma.claims.models import Claim
from sma.claims.rules import ClaimStatus, LineKind
from sma.core.db import ReadSession
from sma.people import Practitioner, practitioner_name


@dataclass(frozen=True)
class ClinicianVolume:
    """One clinician's standing against each limit."""

    clinician: str
    standings: Sequence[VolumeStanding]


def volumes(db: ReadSession, until: date, *, clinician_user_id: UUID | None = None) -> list[ClinicianVolume]:
    """Return how clinicians stand who have an approved or exported service that counts, by name. Two statements.

    One clinician's own when a user is given.
    """
    since = add_months(until, -max(limit.months for limit in load_limits()))
    query: Any = (
        select(
            col(Claim.practitioner_id),
            col(Claim.date_of_service),
            col(Claim.item_number),
            func.count().label("services"),
        )
        .where(
            col(Claim.kind) == LineKind.SERVICE,
            col(Claim.status).in_((ClaimStatus.READY, ClaimStatus.EXPORTED)),
            col(Claim.date_of_service) > since,
            col(Claim.date_of_service) <= until,
        )
        .group_by(col(Claim.practitioner_id), col(Claim.date_of_service), col(Claim.item_number))
    )
    if clinician_user_id is not None:
        query = query.join(Practitioner, col(Practitioner.id) == col(Claim.practitioner_id)).where(
            col(Practitioner.user_id) == clinician_user_id
        )
    given: dict[UUID, list[tuple[date, str]]] = {}
    for practitioner_id, day, item_number, services in db.exec(query):
        given.setdefault(practitioner_id, []).extend(repeat((day, item_number or ""), services))
    people = db.exec(select(Practitioner).where(col(Practitioner.id).in_(given))).all()
    found = [
        ClinicianVolume(practitioner_name(one), volume_standings(given[one.id], until))
        for one in sorted(people, key=lambda one: (practitioner_name(one), one.id))
    ]
    return [each for each in found if any(standing.counts for standing in each.standings)]
