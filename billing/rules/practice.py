"""Rules about what the practice decided and where the patient is registered: answers that only people can give."""

from dataclasses import dataclass
from typing import ClassVar

from billing.rules.finding import Case, Finding, Rule


@dataclass(frozen=True, kw_only=True)
class PracticePolicy(Rule):
    """The practice's own policy lets items for one patient alone be proposed at shared appointments.

    Whether they may be claimed from a shared appointment is debated and no ruling is known: "yes" is the practice's
    decision and stays its responsibility. Items of a group have no such rule.
    """

    kind: ClassVar[str] = "practice-policy"
    about_attendance: ClassVar[bool] = True
    of_service: ClassVar[bool] = True

    def finding(self, case: Case) -> Finding:
        if case.service.individual_items == "no":
            return self.not_met(
                "the practice's policy keeps items for one patient alone away from shared appointments",
                "Nothing is claimed for this person's own time unless the practice changes its policy.",
            )
        if case.service.individual_items == "ask":
            return self.ask_the_clinician(
                "the practice's policy leaves items for one patient alone at a shared appointment to the clinician",
                "The clinician decides for this line; no ruling of Medicare on it is known.",
            )
        return self.met(
            "the practice's own policy proposes items for one patient alone; no ruling of Medicare is known"
        )


@dataclass(frozen=True, kw_only=True)
class MyMedicare(Rule):
    """The patient is registered with this practice in MyMedicare.

    `alternative` is the other way to satisfy the item, for a person to confirm; without it registration decides.
    """

    kind: ClassVar[str] = "my-medicare"
    alternative: str | None = None

    def finding(self, case: Case) -> Finding:
        registered = case.attendee.is_my_medicare_here
        if registered:
            return self.met("registered with this practice in MyMedicare")
        known = (
            "nobody asked about MyMedicare" if registered is None else "not registered with this practice in MyMedicare"
        )
        if self.alternative is not None:
            return self.ask_the_clinician(
                f"{known}; otherwise to be confirmed: {self.alternative}",
                "Record the registration with this practice, or confirm the other way when approving.",
            )
        if registered is None:
            return self.needs_a_person(known, "Record whether the patient is registered with this practice.")
        return self.not_met(known, "The item is only for patients registered with the practice on the day.")
