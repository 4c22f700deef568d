"""Who may open a person's Medicare history, what its forms ask, and what is said afterwards."""

from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import Depends
from pydantic import Field

from billing import Profession
from sma.entitlements.actions import ReferralLetter
from sma.entitlements.rules import PLAN_KINDS, Given, ReferralPeriod, Registered
from sma.identity import CurrentUser, Permission, require
from sma.people import PROFESSION_WORDS
from sma.web import forms
from sma.web.flash import notice
from sma.web.forms import Form, Press

Recorder = Annotated[CurrentUser, require(Permission.RECORD_ENTITLEMENTS)]

SERVICE_KEPT = notice("earlier-service-recorded", "The service is recorded. Assess open lines again to count it.")
PLAN_KEPT = notice("care-plan-recorded", "The plan is recorded. Assess open lines again to count it.")
REFERRAL_KEPT = notice("referral-recorded", "The referral is recorded.")
REFERRAL_ENDED = notice("referral-ended", "The referral has ended. The record of it stays.")
REGISTRATION_KEPT = notice("my-medicare-recorded", "Their MyMedicare registration is recorded.")
MISTAKE = notice("entitlement-mistake", "Marked as a mistake. It counts no longer, and stays in the record.")

GIVEN = [
    (Given.ELSEWHERE, "Elsewhere", "At another practice or service."),
    (Given.HERE, "At this practice", "Before this program was in use, or outside it."),
]
KINDS = [(key, plan.words, plan.hint) for key, plan in PLAN_KINDS.items()]
PERIODS = [
    (ReferralPeriod.STANDARD, "The letter states no period", "The standard period of its kind holds."),
    (ReferralPeriod.MONTHS, "A number of months", "They run from the first service under it."),
    (ReferralPeriod.INDEFINITE, "Indefinite", "The letter says so."),
]
REGISTERED = [
    (Registered.HERE, "With this practice"),
    (Registered.ELSEWHERE, "With another practice"),
    (Registered.NO, "Not registered"),
]
PROFESSIONS = [(str(value), said) for value, said in PROFESSION_WORDS.items() if value != Profession.OTHER]


class ServiceForm(Press):
    item_number: str = Field(max_length=10)
    date_of_service: date
    given: Given
    place: str | None = Field(default=None, max_length=80)


class PlanForm(Press):
    kind: str = Field(max_length=24)
    made_on: date
    given: Given
    place: str | None = Field(default=None, max_length=80)


class ReferralForm(Press):
    profession: Profession
    referrer_name: str = Field(max_length=120)
    referrer_provider_number: str = Field(max_length=20)
    issued_on: date
    period: ReferralPeriod
    months: int | None = Field(default=None, ge=1, le=120)
    services: int | None = Field(default=None, ge=1, le=99)

    def letter(self) -> ReferralLetter:
        return ReferralLetter(**self.model_dump(exclude={"idempotency_key"}))


class RegistrationForm(Press):
    registered: Registered
    from_on: date


ServiceAnswers = Annotated[Form[ServiceForm], Depends(forms.of(ServiceForm))]
PlanAnswers = Annotated[Form[PlanForm], Depends(forms.of(PlanForm))]
ReferralAnswers = Annotated[Form[ReferralForm], Depends(forms.of(ReferralForm))]
RegistrationAnswers = Annotated[Form[RegistrationForm], Depends(forms.of(RegistrationForm))]


class Sheet(NamedTuple):
    """One form of the history: its template and the choices that it offers."""

    template: str
    choices: dict[str, Any]
    start: dict[str, Any]


SERVICE = Sheet("entitlements/new_service.html", {"given": GIVEN}, {"given": Given.ELSEWHERE})
PLAN = Sheet("entitlements/new_plan.html", {"given": GIVEN, "kinds": KINDS}, {"given": Given.ELSEWHERE})
REFERRAL = Sheet(
    "entitlements/new_referral.html",
    {"professions": PROFESSIONS, "periods": PERIODS},
    {"period": ReferralPeriod.STANDARD},
)
REGISTRATION = Sheet("entitlements/new_registration.html", {"registered": REGISTERED}, {})
