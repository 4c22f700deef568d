"""Rules about what must be on record before a line can stand: identity, agreement, note, provider number."""

from dataclasses import dataclass
from typing import ClassVar

from billing.facts import BILLINGS
from billing.identifiers import Problem, check_provider_number
from billing.rules.finding import Case, Finding, Rule


@dataclass(frozen=True, kw_only=True)
class Attended(Rule):
    """The patient came. A missed appointment is no attendance, and nothing is claimed for it."""

    kind: ClassVar[str] = "attended"
    barring: ClassVar[bool] = True
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        if case.attendee.attended:
            return self.met("attended")
        if case.attendee.consults:
            return self.needs_a_person(
                "recorded as absent, yet with consult times", "Correct the roll call or the times, giving the reason."
            )
        return self.not_met("did not attend", "If the person did come, correct the roll call, giving the reason.")


@dataclass(frozen=True, kw_only=True)
class Coverage(Rule):
    """The patient is known to be covered by who is asked to pay. Medicare and veterans' claims are never mixed."""

    kind: ClassVar[str] = "coverage"
    barring: ClassVar[bool] = True
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        billing, coverage = case.attendee.billing, case.attendee.coverage
        if coverage == "none":
            return self.not_met("not eligible for Medicare", "No Medicare line is made. Care does not depend on it.")
        if billing == "private":
            return self._private(coverage)
        if coverage == "both":
            return self.needs_a_person(
                "holds a Medicare card and a Veteran Card", "Choose which of the two pays for this service; never both."
            )
        if billing == "dva" and coverage == "dva":
            return self.met("covered by the Department of Veterans' Affairs; claimed apart from Medicare")
        if coverage == "dva":
            return self.needs_a_person(
                "covered by the Department of Veterans' Affairs",
                "Claim it under the veterans' arrangements; it cannot go into a Medicare batch.",
            )
        if billing == "dva":
            return self.needs_a_person(
                "claimed from Veterans' Affairs, and no DVA file number is on record",
                "Enter the number of the Veteran Card, or choose another way to pay, then assess again.",
            )
        if coverage == "pending":
            return self.needs_a_person(
                "Medicare identity is pending", "Enter the Medicare number and IRN when known, then assess again."
            )
        return self.met("covered by Medicare")

    def _private(self, coverage: str) -> Finding:
        if coverage in ("medicare", "both"):
            return self.met("covered by Medicare; the patient pays and claims the benefit themselves")
        return self.cannot_know(
            "billed privately; whether Medicare pays the patient anything back is not known here",
            "Tell the patient before the account is issued.",
        )


@dataclass(frozen=True, kw_only=True)
class BenefitAssigned(Rule):
    """The patient's assignment of benefit to this practitioner for this day is on record, where one is needed.

    An account to the patient needs none. `not_for` names the other ways of billing that need none, and `doubt` says in
    a few words how sure that is.
    """

    kind: ClassVar[str] = "benefit-assigned"
    about_attendance: ClassVar[bool] = True
    not_for: tuple[str, ...] = ()
    doubt: str | None = None

    def __post_init__(self) -> None:
        if set(self.not_for) - set(BILLINGS):
            raise ValueError(f"not_for names ways of billing: {', '.join(BILLINGS)}")

    def finding(self, case: Case) -> Finding:
        billing = case.attendee.billing
        if billing == "private":
            return self.met("the patient declined to assign the benefit: an account goes to the patient")
        if billing in self.not_for:
            doubt = f" ({self.doubt})" if self.doubt else ""
            flag = "assignment rule unsure" if self.doubt else None
            return self.met(f"no assignment of benefit is needed for this payer{doubt}", flag=flag)
        if case.attendee.benefit_assigned:
            return self.met("assignment of benefit is on record")
        return self.needs_a_person(
            "no assignment of benefit on record", "Record the patient's assignment, or bill privately."
        )


@dataclass(frozen=True, kw_only=True)
class NoteDone(Rule):
    """A clinical entry of this patient's own exists for the day; a shared group note is not one."""

    kind: ClassVar[str] = "note-done"
    about_attendance: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        if case.attendee.note_done:
            return self.met("the patient's own clinical note is done")
        return self.needs_a_person(
            "the patient's own clinical note is not ticked as done", "The clinician writes the note, then ticks it."
        )


@dataclass(frozen=True, kw_only=True)
class ProviderNumber(Rule):
    """There is a provider number for this place to claim under. `whose` is "provider" or "supervising-doctor"."""

    kind: ClassVar[str] = "provider-number"
    of_service: ClassVar[bool] = True
    whose: str = "provider"

    def __post_init__(self) -> None:
        if self.whose not in ("provider", "supervising-doctor"):
            raise ValueError('whose is "provider" or "supervising-doctor"')

    def finding(self, case: Case) -> Finding:
        owner = "the supervising doctor" if self.whose == "supervising-doctor" else "the clinician"
        if case.service.provider.provider_number is None:
            return self.needs_a_person(
                f"no provider number of {owner} for this place", "Enter the provider number for this place."
            )
        try:
            check_provider_number(case.service.provider.provider_number)
        except Problem as problem:
            return self.needs_a_person(f"the provider number of {owner} is not valid", problem.message)
        return self.met(f"provider number of {owner} for this place is on record")


@dataclass(frozen=True, kw_only=True)
class Confirmation(Rule):
    """Something the item demands that no clock or list can show: a person has to confirm it, every time."""

    kind: ClassVar[str] = "confirmation"
    what: str

    def finding(self, case: Case) -> Finding:
        who = case.service.provider.profession.words
        return self.ask_the_clinician(
            f"to be confirmed by the {who}: {self.what}", "Confirm it when approving the line."
        )
