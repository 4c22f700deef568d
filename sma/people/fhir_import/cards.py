"""Medicare cards, DVA files and the identifiers that name one person; a number that fails its check is not stored."""

from calendar import monthrange
from datetime import date

from billing.identifiers import Problem, check_dva, check_irn, check_medicare
from sma.people.actions.coverage import Card
from sma.people.fhir_import.landing import Run
from sma.people.fhir_import.lines import Line
from sma.people.fhir_import.shapes import Identifier, PersonShape
from sma.people.rules import CoverageKind, today_at

MEDICARE = "http://ns.electronichealth.net.au/id/medicare-number"
DVA = "http://ns.electronichealth.net.au/id/dva"
IHI = "http://ns.electronichealth.net.au/id/hi/ihi/1.0"


def stated_cards(run: Run, line: Line, found: PersonShape) -> list[Card]:
    """Return the usable cards of a patient, one of each kind at most; the others are reported."""
    cards: dict[CoverageKind, Card] = {}
    for identifier in found.identifier:
        kind = {MEDICARE: CoverageKind.MEDICARE, DVA: CoverageKind.DVA}.get(identifier.system or "")
        if kind is None or identifier.value is None or identifier.use == "old":
            continue
        try:
            card = _card(kind, identifier)
        except Problem as problem:
            run.warn("Patient", line, problem.code, f"{problem.message} It was not stored.")
            continue
        if card.expires_on is not None and card.expires_on < today_at(run.now):
            run.warn("Patient", line, "card-expired", "The card had run out before the import. It was not stored.")
        elif cards.setdefault(kind, card) is not card:
            run.warn("Patient", line, "several-cards", f"It states several {kind} numbers. The first one was stored.")
    return list(cards.values())


def strong_keys(found: PersonShape) -> list[str]:
    """Return the identifiers that name exactly one person: an IHI, or a Medicare card with its IRN and date of birth.

    A card alone names a family. The keys live for one run and are never stored.
    """
    keys = []
    for identifier in found.identifier:
        value = "".join((identifier.value or "").split())
        if identifier.system == IHI and value:
            keys.append(f"ihi {value}")
        if identifier.system == MEDICARE and len(value) == 11 and found.birthDate:
            keys.append(f"medicare {value} {found.birthDate}")
    return keys


def _card(kind: CoverageKind, identifier: Identifier) -> Card:
    value, expires_on = identifier.value or "", _ends(identifier)
    if kind == CoverageKind.DVA:
        return Card(kind=kind, number=check_dva(value), expires_on=expires_on)
    digits = "".join(value.split())
    number, reference = (digits[:10], digits[10:]) if len(digits) == 11 else (digits, "")
    return Card(
        kind=kind,
        number=check_medicare(number),
        irn=check_irn(reference) if reference else None,
        expires_on=expires_on,
    )


def _ends(identifier: Identifier) -> date | None:
    """Return the last day of the identifier's period; a month stands for its last day, as on the card."""
    end = (identifier.period.end or "")[:10] if identifier.period else ""
    try:
        if len(end) == 7:
            year, month = int(end[:4]), int(end[5:])
            return date(year, month, monthrange(year, month)[1])
        return date.fromisoformat(end) if end else None
    except ValueError:
        raise Problem("card-period", "The period of the card number is not a date.") from None
