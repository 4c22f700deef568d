"""What is known of a session's people beside the day: cards, agreements, earlier services, plans, referrals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from billing import EarlierService, Profession, Referral
from sma.assignments import BenefitAssignment, assignments_of
from sma.claims.facts import rows
from sma.claims.facts.rows import Earlier
from sma.claims.payers import billing_of, cover_of
from sma.claims.rules import BillingType
from sma.core.db import ReadSession
from sma.entitlements import Referred, earlier_services, my_medicare_here, referrals
from sma.people import Patient
from sma.people.rules import MedicareState
from sma.scheduling import GroupSession


@dataclass(frozen=True)
class Background:
    """By person; assignments and who pays by person and clinician."""

    patients: Mapping[UUID, Patient]
    covers: Mapping[UUID, set[str]]
    payers: Mapping[tuple[UUID, UUID], str]
    assignments: Mapping[tuple[UUID, UUID], BenefitAssignment]
    own_lines: Mapping[UUID, Sequence[Earlier]]
    entered: Mapping[UUID, Sequence[EarlierService]]
    referrals: Mapping[UUID, Sequence[Referred]]
    my_medicare: Mapping[UUID, bool]

    def assignment(self, patient_id: UUID, practitioner_id: UUID) -> BenefitAssignment | None:
        """The agreement that stands."""
        return self.assignments.get((patient_id, practitioner_id))

    def coverage(self, patient_id: UUID, practitioner_id: UUID) -> str:
        is_eligible = self.patients[patient_id].medicare_state != MedicareState.NOT_ELIGIBLE
        choice = self.payers.get((patient_id, practitioner_id))
        return cover_of(choice, self.covers.get(patient_id, set()), is_eligible=is_eligible)

    def billing(self, patient_id: UUID, practitioner_id: UUID) -> BillingType:
        """Who is asked to pay. Declining to assign the benefit is choosing to pay."""
        is_assigned = self.assignment(patient_id, practitioner_id) is not None
        choice = self.payers.get((patient_id, practitioner_id))
        return billing_of(choice, self.covers.get(patient_id, set()), is_assigned=is_assigned)

    def history(self, patient_id: UUID, session_id: UUID, practitioner_id: UUID) -> tuple[EarlierService, ...]:
        """Services before, without the line that is being judged: our own lines, then what was entered.

        Where a line of ours and an entry say the same, it was one service.
        """
        lines = self._others(patient_id, session_id, practitioner_id)
        own = [(each.service.item_number, each.service.date_of_service) for each in lines]
        entered = [
            each for each in self.entered.get(patient_id, ()) if (each.item_number, each.date_of_service) not in own
        ]
        return (*(each.service for each in lines), *entered)

    def referred(self, patient_id: UUID, session_id: UUID, practitioner_id: UUID) -> tuple[Referral, ...]:
        """The referrals held, each with the first service given under it here."""
        lines = self._others(patient_id, session_id, practitioner_id)
        found = []
        for each in self.referrals.get(patient_id, ()):
            used = [
                line.service.date_of_service
                for line in lines
                if line.profession == each.facts.profession and line.service.date_of_service >= each.facts.issued_on
            ]
            found.append(replace(each.facts, first_used_on=min(used, default=None)))
        return tuple(found)

    def referral_to(self, patient_id: UUID, profession: str) -> Referred | None:
        """The newest referral to a clinician's profession."""
        wanted = Profession(profession)
        return next((each for each in self.referrals.get(patient_id, ()) if each.facts.profession == wanted), None)

    def _others(self, patient_id: UUID, session_id: UUID, practitioner_id: UUID) -> list[Earlier]:
        return [
            each
            for each in self.own_lines.get(patient_id, ())
            if (each.session_id, each.practitioner_id) != (session_id, practitioner_id)
        ]


def background(db: ReadSession, patient_ids: Sequence[UUID], session: GroupSession) -> Background:
    """Read what is known of these people on the day of a session. Eight statements, however many people."""
    day = session.held_on
    return Background(
        patients=rows.patients(db, patient_ids),
        covers=rows.covers(db, patient_ids),
        payers=rows.payers(db, patient_ids, day),
        assignments=assignments_of(db, patient_ids, day, session.timezone),
        own_lines=rows.own_lines(db, patient_ids, session),
        entered=earlier_services(db, patient_ids, day),
        referrals=referrals(db, patient_ids, day),
        my_medicare=my_medicare_here(db, patient_ids, day),
    )
