"""The files that a batch can be made into: those of the billing library and one on paper, with their words."""

from billing.exports import EXPORTS, Exporter, filename
from sma.claims.papers.batch import write_batch_pdf

FORMATS: dict[str, Exporter] = {
    **EXPORTS,
    # Not the library's: it needs the typefaces that this application prints with.
    "pdf": Exporter(media_type="application/pdf", extension="pdf", write=write_batch_pdf),
}

NAMES = {
    "csv": "Line file (CSV)",
    "xlsx": "Workbook (XLSX)",
    "pdf": "Cover and keying list (PDF)",
    "json": "Claim document (JSON)",
    "fhir": "Bundle for FHIR (JSON)",
}

MEANINGS = {
    "csv": "One row for each service, for a practice system or a spreadsheet.",
    "xlsx": "Summary, lines, exceptions, keying list, assignments and adjustments, for the manager.",
    "pdf": "A cover with the totals and the provider's declaration, then the lines in keying order.",
    "json": "The batch in the field names of Medicare's web services, for a vendor or gateway.",
    "fhir": "The same facts as FHIR R4, for systems that read FHIR. Medicare takes no FHIR claims.",
}


def file_name(reference: str, format: str) -> str:
    """The name a file of a batch is saved under: nothing about any person."""
    return filename(reference, FORMATS[format].extension)
