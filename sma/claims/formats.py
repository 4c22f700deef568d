"""The files that a batch can be made into: those of the billing library, with the words they are offered under."""

from billing.exports import EXPORTS, Exporter, filename

FORMATS: dict[str, Exporter] = {**EXPORTS}

NAMES = {
    "csv": "Line file (CSV)",
    "xlsx": "Workbook (XLSX)",
    "json": "Claim document (JSON)",
    "fhir": "FHIR bundle (JSON)",
}

MEANINGS = {
    "csv": "One row for each service, for a practice system or a spreadsheet.",
    "xlsx": "Summary, lines, exceptions, keying list, assignments and adjustments, for the manager.",
    "json": "The batch in the field names of Medicare's web services, for a vendor or gateway.",
    "fhir": "The same facts as FHIR R4, for systems that read FHIR. Medicare takes no FHIR claims.",
}


def file_name(reference: str, format: str) -> str:
    """The name a file of a batch is saved under: nothing about any person."""
    return filename(reference, FORMATS[format].extension)
