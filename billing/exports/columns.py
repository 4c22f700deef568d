"""The fixed header of the line file and the meaning of each column, shared by every format.

The header is versioned: adding, renaming or moving a column raises `HEADER_VERSION`, because practices build
imports on it. Most columns carry the name of their `Line` field; two come from the batch.
"""

from dataclasses import dataclass
from typing import Literal

from billing.exports.lines import Line

HEADER_VERSION = 1

Kind = Literal["text", "date", "time", "money", "count", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its name in the header, how it is written, and what a reader should take it for."""

    name: str
    kind: Kind
    meaning: str
    values: str = ""

    @property
    def field(self) -> str | None:
        """The `Line` field written here, or None where the batch supplies the value."""
        name = _FIELD.get(self.name, self.name)
        return name if name in Line._fields else None

    def flag(self, value: bool) -> str:
        """Write a yes-or-no; a No is written only in the column where empty means "not known"."""
        return "Y" if value else ("N" if self.values.startswith("Y, N") else "")


# Columns whose name in the file differs from the field's: the file has dollars and codes, the field cents and truth.
_FIELD = {
    "hospital_ind": "hospital",
    "charge_amount": "charge_cents",
    "benefit_amount": "benefit_cents",
    "schedule_fee_amount": "schedule_fee_cents",
    "line_kind": "kind",
}

COLUMNS: tuple[Column, ...] = (
    Column("export_batch_ref", "text", "Reference of this batch"),
    Column("line_no", "count", "Number of the line in this batch; never used again"),
    Column("session_id", "text", "The group session in this system"),
    Column("session_date", "date", "Date of service"),
    Column("session_start", "time", "Start of the session, clinic time with its offset"),
    Column("session_end", "time", "End of the session, clinic time with its offset"),
    Column("delivery_mode", "text", "How the person took part", "in_person, video, phone"),
    Column("location_name", "text", "Where the session was held"),
    Column("minor_id", "text", "Location identifier used by the practice's claiming software"),
    Column("servicing_provider_number", "text", "Provider number of the clinician at this location"),
    Column("servicing_provider_name", "text", "Name of that clinician"),
    Column("payee_provider_number", "text", "Only when another provider is paid"),
    Column("service_type_code", "text", "Kind of claim", "O general, S specialist or allied health"),
    Column("hospital_ind", "flag", "The person was admitted to hospital", "Y or empty"),
    Column("proposed_claim_seq", "count", "Which claim of this batch the line would go in"),
    Column("voucher_id", "text", "One person on one date within the claim"),
    Column("service_id", "text", "The service within the claim"),
    Column("patient_ref", "text", "The person's number in the practice system"),
    Column("patient_family_name", "text", "Family name as on the card"),
    Column("patient_given_name", "text", "Given name as on the card"),
    Column("patient_dob", "date", "Date of birth"),
    Column("medicare_number", "text", "Medicare card number, ten digits"),
    Column("medicare_irn", "text", "Individual reference number on the card"),
    Column("dva_file_number", "text", "Veterans' Affairs file number"),
    Column("concession_type", "text", "Kind of concession card"),
    Column("concession_number", "text", "Number of the concession card"),
    Column("billing_type", "text", "Who pays", "bulk, private, dva, non_mbs"),
    Column("mbs_item", "text", "Item number of the Medicare Benefits Schedule"),
    Column("item_description", "text", "Short title of the item"),
    Column("charge_amount", "money", "Proposed charge in dollars; minus on a void line"),
    Column("benefit_amount", "money", "Benefit for this service in dollars; minus on a void line"),
    Column("number_of_patients_seen", "count", "Only for items whose fee is shared by the number of people seen"),
    Column("service_text", "text", "Short note to the assessor"),
    Column("duplicate_override", "flag", "Not a duplicate of another service that day", "Y or empty"),
    Column("restrictive_override", "text", "Why a restriction does not apply", "SP, NR or empty"),
    Column("referral_provider_number", "text", "Provider number of the referrer"),
    Column("referral_provider_name", "text", "Name of the referrer"),
    Column("referral_issue_date", "date", "Date on the referral"),
    Column("referral_period_code", "text", "Length of the referral", "S standard, N other, I indefinite"),
    Column("referral_period_months", "count", "Months, when the length is not standard"),
    Column("referral_override", "text", "Why there is no referral", "E, L, H, N or empty"),
    Column("aob_agreement_id", "text", "The assignment of benefit on file"),
    Column("aob_type", "text", "How the benefit was assigned", "pre, post, enduring, verbal"),
    Column("aob_date", "date", "Date the benefit was assigned"),
    Column("aob_assignor_is_patient", "flag", "The person assigned it themselves", "Y, N or empty"),
    Column("attendance_status", "text", "What the roll says"),
    Column("mbs_schedule_version", "text", "Item version the amounts were taken from"),
    Column("validation_status", "text", "Result of the checks", "ready, warning, blocked"),
    Column("validation_codes", "text", "Codes of the checks that had something to say"),
    Column("exported_at", "text", "When the batch was frozen, universal time"),
    Column("line_kind", "text", "A proposed item, or the withdrawal of an earlier line", "item, void"),
    Column("replaces_batch_ref", "text", "Batch of the line that is withdrawn"),
    Column("replaces_line_no", "count", "Number of the line that is withdrawn"),
    Column("schedule_fee_amount", "money", "Schedule fee in dollars, empty where it is derived"),
)

HEADER: tuple[str, ...] = tuple(column.name for column in COLUMNS)

EXPORTED_AT = HEADER.index("exported_at")
