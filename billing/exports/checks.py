"""What a line is checked for at the moment it is frozen: an obstacle holds it back, a caution goes along with it.

Pure, and about form alone: whether the item may be claimed was decided before. Every sentence says what is wrong and
what to do, and repeats no number. Sources: the field rules of the bulk-bill and DVA claims as restated by vendors, and
the return codes that name the same faults (RebateRight, easyGP, Services Australia look-up; read 2026-11).
"""

import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from billing.exports.lines import Line
from billing.identifiers import Problem, check_dva, check_irn, check_medicare, check_provider_number

OVERRIDES = ("E", "H", "L", "N")
PERIODS = ("S", "N", "I")


class Remark(NamedTuple):
    """One finding about a line: its code, what is wrong, and what to do."""

    code: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class FormLimits:
    """How long and large the fields of a claim may be, and until when a service can be lodged.

    That is within `days` of it, or within `earlier_days` for services before `since`. The last two are ours: how many
    days ahead of an end somebody is told.
    """

    days: int
    since: date
    earlier_days: int
    longest_name: int
    longest_text: int
    most_patients: int
    warn_days: int
    card_warn_days: int

    def last_day(self, served_on: date) -> date:
        """The last day on which a service of that date can be lodged."""
        return served_on + timedelta(days=self.days if served_on >= self.since else self.earlier_days)


@dataclass(frozen=True)
class Context:
    """What a line itself does not say: the clinic's day, the limits, the card's end, the item's shape."""

    today: date
    limits: FormLimits
    card_expires_on: date | None = None
    asks_patients_seen: bool = False
    is_authorised: bool = True


def obstacles(line: Line, context: Context) -> list[Remark]:
    """Return everything that keeps a line out of a claim, the first thing to mend first."""
    found = [
        *_identity(line, context),
        *_provider(line),
        *_dates(line, context),
        *_referral(line),
        *_service(line, context),
    ]
    if line.billing_type == "bulk" and not context.is_authorised:
        found.append(
            Remark(
                "no-assignment",
                "No assignment of benefit is on file.",
                "Record one for the session, then assess again.",
            )
        )
    return found


def cautions(line: Line, context: Context) -> list[Remark]:
    """Return what a person should look at although the line may go out."""
    found = []
    last = context.limits.last_day(line.session_date)
    if last - context.today <= timedelta(days=context.limits.warn_days):
        found.append(Remark("lodge-soon", "The time to lodge ends soon.", "Lodge it before the date in the summary."))
    expires = context.card_expires_on
    if expires is not None and line.session_date <= expires <= context.today + timedelta(
        days=context.limits.card_warn_days
    ):
        found.append(Remark("card-ends-soon", "The card ends soon or has ended since.", "Ask for the new card."))
    if line.service_text and len(line.service_text) > context.limits.longest_text:
        found.append(
            Remark(
                "long-text",
                f"The service text is longer than {context.limits.longest_text} letters.",
                "Shorten it when keying.",
            )
        )
    if not all(name.isascii() for name in (line.patient_family_name, line.patient_given_name)):
        found.append(
            Remark("name-letters", "Medicare cards are printed without accents.", "Key the name as it is on the card.")
        )
    return found


class Service(NamedTuple):
    """What tells one service from another: the person, item, day and provider in `same`, and when its session was."""

    same: tuple[Hashable, ...]
    starts: datetime
    ends: datetime


DUPLICATE = Remark(
    "duplicate",
    "This item is already claimed for this person, day and provider.",
    "Mark it as not billed, or correct the record where the services were distinct.",
)


def repeated(services: Sequence[Service], standing: Iterable[Service] = ()) -> tuple[set[int], set[int]]:
    """Return the places in `services` of those that repeat another, and of those that do but are distinct.

    The same item for one person on one day by one provider is distinct only where the sessions share no minute.
    `standing` was claimed before.
    """
    seen: dict[Hashable, list[Service]] = {}
    for each in standing:
        seen.setdefault(each.same, []).append(each)
    same, distinct = set(), set()
    for place, service in enumerate(services):
        others = seen.setdefault(service.same, [])
        if any(service.starts < other.ends and other.starts < service.ends for other in others):
            same.add(place)
            continue
        if others:
            distinct.add(place)
        others.append(service)
    return same, distinct


def _identity(line: Line, context: Context) -> Iterator[Remark]:
    again = "Correct it on the person's page, then assess again."
    try:
        if line.billing_type == "dva":
            check_dva(line.dva_file_number or "")
        else:
            check_medicare(line.medicare_number or "")
            check_irn(line.medicare_irn or "")
    except Problem as problem:
        yield Remark(problem.code, problem.message, again)
    if context.card_expires_on is not None and context.card_expires_on < line.session_date:
        yield Remark(
            "card-expired",
            "The card had expired on the date of service.",
            "Enter the new card on the person's page, then assess again.",
        )
    for which, name in (("family", line.patient_family_name), ("given", line.patient_given_name)):
        if not name.strip():
            yield Remark("name-missing", f"The {which} name is missing.", again)
        elif len(name) > context.limits.longest_name:
            yield Remark(
                "name-length", f"The {which} name is longer than {context.limits.longest_name} letters.", again
            )
        elif not all(_may_stand(letter) for letter in name):
            yield Remark("name-letters", f"The {which} name holds a sign that a card cannot.", again)
    if line.patient_dob > line.session_date:
        yield Remark("born-later", "The date of birth is after the date of service.", again)


def _may_stand(letter: str) -> bool:
    # Accented letters pass: the card is printed without them, which is a caution and no fault of the person's name.
    return letter in " '’-" or letter.isalnum() or unicodedata.category(letter) == "Mn"


def _provider(line: Line) -> Iterator[Remark]:
    again = "Correct it on the page of the place, then assess again."
    try:
        servicing = check_provider_number(line.servicing_provider_number)
    except Problem as problem:
        yield Remark(problem.code, problem.message, again)
        return
    if line.payee_provider_number is None:
        return
    try:
        payee = check_provider_number(line.payee_provider_number)
    except Problem as problem:
        yield Remark("payee-number", f"The number of the provider who is paid: {problem.message}", again)
        return
    if payee == servicing:
        yield Remark("payee-same", "The provider who is paid is the one who served.", f"Leave the payee empty. {again}")


def _dates(line: Line, context: Context) -> Iterator[Remark]:
    if line.session_date > context.today:
        yield Remark(
            "future", "The date of service is in the future.", "Correct the session's date, then assess again."
        )
    if context.today > context.limits.last_day(line.session_date):
        yield Remark(
            "too-old",
            "The service is too old to be claimed.",
            "Mark it as not billed, or ask Services Australia about late lodgement.",
        )


def _referral(line: Line) -> Iterator[Remark]:
    if line.service_type_code == "O":
        return
    again = "Correct the referral on the person's page, then assess again."
    if line.referral_override is not None:
        if line.referral_override not in OVERRIDES:
            yield Remark("referral-override", "The reason for having no referral is none of the four.", again)
        return
    if not line.referral_provider_number or line.referral_issue_date is None:
        yield Remark(
            "referral-missing",
            "This kind of service needs a referral with its provider number and date.",
            "Enter the referral on the person's page, then assess again.",
        )
        return
    try:
        referrer = check_provider_number(line.referral_provider_number)
    except Problem as problem:
        yield Remark("referrer-number", f"The referrer: {problem.message}", again)
        return
    if referrer == line.servicing_provider_number:
        yield Remark("referrer-same", "The referrer is the provider who served.", again)
    if not line.patient_dob <= line.referral_issue_date <= line.session_date:
        yield Remark("referral-date", "The referral is dated after the service or before the birth.", again)
    if line.referral_period_code not in PERIODS:
        yield Remark("referral-period", "The referral does not say for how long it holds.", again)
    elif (line.referral_period_code == "N") != bool(line.referral_period_months):
        yield Remark("referral-months", "Only a referral of another length states its months, and it has to.", again)


def _service(line: Line, context: Context) -> Iterator[Remark]:
    if line.charge_cents <= 0:
        yield Remark(
            "no-charge", "The charge is not above zero.", "Assess again; if it stays, tell whoever keeps the rules."
        )
    seen, most = line.number_of_patients_seen, context.limits.most_patients
    again = "Correct the roll call, then assess again."
    if context.asks_patients_seen and (seen is None or not 1 <= seen <= most):
        yield Remark("patients-seen", f"This item needs the number of patients seen, from 1 to {most}.", again)
    if not context.asks_patients_seen and seen is not None:
        yield Remark("patients-seen", "This item is claimed without a number of patients seen.", again)
