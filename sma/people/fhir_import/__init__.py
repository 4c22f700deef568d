"""Brings people and places from FHIR R4 AU Core files, one resource a line, one file a type (`Patient.ndjson`).

One transaction: a crash leaves nothing behind. The key is source + type + id, so a second run changes nothing; other
identifiers only warn of duplicates. A changed resource changes what it states, except what staff changed or people
answered here since (`kept_here`). Nothing is inferred: comfort with groups is never touched, administrative gender and
recorded sex are not read, a place gets no time zone.
"""

from datetime import datetime
from pathlib import Path

from sma.core.audit import Actor
from sma.core.db import Database
from sma.core.errors import Invalid
from sma.people.fhir_import.landing import Run
from sma.people.fhir_import.patients import land_patients
from sma.people.fhir_import.places import land_locations, land_organizations
from sma.people.fhir_import.practitioners import land_practitioners, land_roles
from sma.people.fhir_import.relatives import land_relatives
from sma.people.fhir_import.report import Finding as Finding
from sma.people.fhir_import.report import ImportReport as ImportReport
from sma.people.fhir_import.report import Level as Level
from sma.people.fhir_import.report import Tally as Tally

__all__ = ["Finding", "ImportReport", "Level", "Tally", "import_folder"]

# Each type after those it points to.
_STEPS = (land_organizations, land_locations, land_practitioners, land_roles, land_patients, land_relatives)
_KINDS = ("Organization", "Location", "Practitioner", "PractitionerRole", "Patient", "RelatedPerson")


class _OnlyLooked(Exception):
    """Ends a dry run: the transaction is undone."""


def import_folder(
    database: Database,
    folder: Path,
    *,
    dry_run: bool,
    by: Actor | None,
    now: datetime,
    source: str = "fhir",
) -> ImportReport:
    """Land every resource of a folder, or (dry run) do exactly that and undo it.

    `source` names the system the files come from; the same name finds the same rows again.
    Raises: Invalid when the folder holds none of the six files, or something else under the name of one.
    """
    if not 1 <= len(source) <= 80:
        raise Invalid("Name the source of the files in 1 to 80 characters.", code="import-source")
    _must_hold_files(folder)
    run: Run | None = None
    try:
        with database.write() as db:
            run = Run(db=db, source=source, by=by, now=now, folder=folder)
            for land in _STEPS:
                land(run)
                db.flush()  # later types point at these rows, and the keys are checked at once
            _mention_other_files(run)
            if dry_run:
                raise _OnlyLooked
    except _OnlyLooked:
        pass
    assert run is not None  # noqa: S101 - set before anything could end the block quietly
    return ImportReport(source=source, dry_run=dry_run, tallies=run.tallies, findings=tuple(run.findings))


def _must_hold_files(folder: Path) -> None:
    names = [f"{kind}.ndjson" for kind in _KINDS]
    present = [name for name in names if (folder / name).exists()]
    if not present:
        raise Invalid(f"That folder holds none of the files {', '.join(names)}.", code="import-folder")
    for name in present:
        if not (folder / name).is_file():
            raise Invalid(f"{name} is a folder, not a file. Nothing was imported.", code="import-folder")


def _mention_other_files(run: Run) -> None:
    expected = {f"{kind}.ndjson" for kind in _KINDS}
    for path in sorted(run.folder.glob("*.ndjson")):
        if path.name not in expected:
            run.findings.append(Finding(path.name, 0, None, Level.WARNED, "not-read", "This type is not imported."))
