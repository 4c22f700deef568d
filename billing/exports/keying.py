"""The list a person keys from into a bulk-bill web claim: provider, then patient, in the order the form asks.

Private, veterans' and withdrawn lines are not on it; a withdrawal of a paid line goes to Medicare as an
adjustment, not through this form.
"""

from billing.exports.lines import Line
from billing.exports.sheets import Heading, Sheet

KEYING: tuple[Heading, ...] = (
    ("Keyed", "text"),
    ("Servicing provider", "text"),
    ("Provider name", "text"),
    ("Paid to", "text"),
    ("Family name", "text"),
    ("Given name", "text"),
    ("Medicare card", "text"),
    ("IRN", "text"),
    ("Date of birth", "date"),
    ("Date of service", "date"),
    ("Item", "text"),
    ("Amount", "money"),
    ("Number of patients", "count"),
    ("Service text", "text"),
    ("Line", "count"),
)


def write_keying(sheet: Sheet, lines: list[Line] | None) -> None:
    """Write the keying list, or, where there are too many lines for a person, say so."""
    if lines is None:
        sheet.page.write_string(1, 0, "Too many lines to key by hand: use the line file.")
        return
    wanted = (line for line in lines if line.billing_type == "bulk" and line.kind == "item")
    for line in sorted(wanted, key=_form_order):
        sheet.append(
            (
                None,
                line.servicing_provider_number,
                line.servicing_provider_name,
                line.payee_provider_number,
                line.patient_family_name,
                line.patient_given_name,
                card_groups(line.medicare_number or ""),
                line.medicare_irn,
                line.patient_dob,
                line.session_date,
                line.mbs_item,
                line.benefit_cents,
                line.number_of_patients_seen,
                line.service_text,
                line.line_no,
            )
        )


def card_groups(number: str) -> str:
    """A card number as it is printed on the card, in groups of four, five and one."""
    return f"{number[:4]} {number[4:9]} {number[9:]}" if len(number) == 10 else number


def _form_order(line: Line) -> tuple[object, ...]:
    return (
        line.servicing_provider_number,
        line.patient_family_name.casefold(),
        line.patient_given_name.casefold(),
        line.patient_ref,
        line.line_no,
    )
