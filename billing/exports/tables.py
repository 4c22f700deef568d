"""The smaller sheets of the workbook: exceptions, assignments, adjustments, the dictionary, the reconciliation."""

from xlsxwriter import Workbook

from billing.exports.columns import COLUMNS, HEADER_VERSION
from billing.exports.keying import card_groups
from billing.exports.lines import Batch, Line
from billing.exports.sheets import Heading, Sheet, Styles

EXCEPTIONS: tuple[Heading, ...] = (
    ("Line", "count"),
    ("Status", "text"),
    ("Date of service", "date"),
    ("Servicing provider", "text"),
    ("Patient reference", "text"),
    ("Family name", "text"),
    ("Given name", "text"),
    ("Item", "text"),
    ("Reason", "text"),
    ("What to do", "text"),
)

ASSIGNMENTS: tuple[Heading, ...] = (
    ("Agreement", "text"),
    ("How assigned", "text"),
    ("Assigned on", "date"),
    ("Patient reference", "text"),
    ("Family name", "text"),
    ("Given name", "text"),
    ("Assigned by", "text"),
    ("SHA-256 of what was signed", "text"),
    ("Keep until", "date"),
)

# What Medicare's adjustment form DB018 asks for beside it, for each item of a claim that is put right.
ADJUSTMENTS: tuple[Heading, ...] = (
    ("Patient full name", "text"),
    ("Medicare card", "text"),
    ("IRN", "text"),
    ("DVA file number", "text"),
    ("Date of service", "date"),
    ("Servicing provider", "text"),
    ("Payee provider", "text"),
    ("Item", "text"),
    ("Amount taken back", "money"),
    ("In hospital", "flag"),
    ("Batch taken back", "text"),
    ("Line taken back", "count"),
    ("Line here", "count"),
)

RECONCILIATION: tuple[Heading, ...] = (
    ("Line", "count"),
    ("Claim id", "text"),
    ("Lodged on", "date"),
    ("Item", "text"),
    ("Charge", "money"),
    ("Benefit paid", "money"),
    ("Result", "text"),
    ("Reason code", "text"),
    ("What it means", "text"),
    ("Next action", "text"),
)

WHERE_RESULTS_ARE = (
    "Empty on purpose. A batch never changes, so what comes back is not written here: import Medicare's reports under "
    "Claims, and take the reconciliation of this batch from there. These columns are for working by hand."
)


def write_exception(sheet: Sheet, batch: Batch, line: Line) -> None:
    """List a line whose checks had something to say, each code in plain words where the batch knows them."""
    if line.validation_status == "ready":
        return
    reasons = [batch.meanings.get(code, code) for code in line.validation_codes.split()]
    sheet.append(
        (
            line.line_no,
            line.validation_status,
            line.session_date,
            line.servicing_provider_number,
            line.patient_ref,
            line.patient_family_name,
            line.patient_given_name,
            line.mbs_item,
            "; ".join(reasons),
            "Check before keying" if line.validation_status == "warning" else "Correct the record first",
        )
    )


def write_left_out(sheet: Sheet, batch: Batch) -> None:
    """List what was assessed and is not among the lines."""
    for one in batch.left_out:
        sheet.append(
            (
                None,
                "not in batch",
                one.session_date,
                one.servicing_provider_number,
                one.patient_ref,
                one.patient_family_name,
                one.patient_given_name,
                one.mbs_item,
                one.reason,
                one.remedy,
            )
        )
    sheet.say_none()


def write_assignments(sheet: Sheet, batch: Batch) -> None:
    """List the assignments of benefit that the lines rest on, as they stood at freezing."""
    for each in batch.assignments:
        sheet.append(
            (
                each.agreement_id,
                each.type,
                each.assigned_on,
                each.patient_ref,
                each.patient_family_name,
                each.patient_given_name,
                each.signed_by,
                each.content_sha256,
                each.keep_until,
            )
        )
    sheet.say_none()


def write_adjustment(sheet: Sheet, line: Line) -> None:
    """List a withdrawn line for the schedule that goes with an adjustment."""
    if line.kind != "void":
        return
    sheet.append(
        (
            f"{line.patient_given_name} {line.patient_family_name}",
            card_groups(line.medicare_number or ""),
            line.medicare_irn,
            line.dva_file_number,
            line.session_date,
            line.servicing_provider_number,
            line.payee_provider_number or line.servicing_provider_number,
            line.mbs_item,
            line.charge_cents,
            "Y" if line.hospital else "N",
            line.replaces_batch_ref,
            line.replaces_line_no,
            line.line_no,
        )
    )


def write_reconciliation(sheet: Sheet) -> None:
    """Say where results are found; the file of a batch is finished before any exist."""
    sheet.page.write_string(1, 0, WHERE_RESULTS_ARE)


def write_dictionary(book: Workbook, styles: Styles, batch: Batch) -> None:
    """Say what each column of the line file means, and what each validation code of the batch stands for."""
    headings: tuple[Heading, ...] = (
        ("Column", "text"),
        ("Written as", "text"),
        ("Meaning", "text"),
        ("Values", "text"),
    )
    sheet = Sheet.open(book, styles, batch, "Codes and dictionary", headings)
    for column in COLUMNS:
        sheet.append((column.name, column.kind, column.meaning, column.values))
    for code in sorted(batch.meanings):
        sheet.append((code, "validation code", batch.meanings[code], ""))
    sheet.append(("header version", "count", "Version of this list of columns", str(HEADER_VERSION)))
