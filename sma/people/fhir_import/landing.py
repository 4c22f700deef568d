"""One import run: what is known already, what lands, what is reported. Everything happens in one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import col, select

from sma.core import audit
from sma.core.crypto import Encrypted
from sma.core.db import WriteSession
from sma.people.fhir_import.lines import Line, read_lines
from sma.people.fhir_import.report import Finding, Level, Tally
from sma.people.fhir_import.shapes import Reference, Shape
from sma.people.models import Location, Organization, Patient, Practitioner, PractitionerRole, RelatedPerson

Row = Organization | Location | Practitioner | PractitionerRole | Patient | RelatedPerson
AnyRow = TypeVar("AnyRow", Organization, Location, Practitioner, PractitionerRole, Patient, RelatedPerson)
AnyShape = TypeVar("AnyShape", bound=Shape)


@dataclass
class Run:
    """The state of one import. `strong` maps identifiers that name one person to that person; it is never stored."""

    db: WriteSession
    source: str
    by: audit.Actor | None
    now: datetime
    folder: Path
    findings: list[Finding] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    known: dict[str, dict[str, Row]] = field(default_factory=dict)
    strong: dict[str, UUID | None] = field(default_factory=dict)

    def refuse(self, kind: str, line: int, resource_id: str | None, code: str, reason: str) -> None:
        self.tallies[kind].refused += 1
        self.findings.append(Finding(f"{kind}.ndjson", line, resource_id, Level.REFUSED, code, reason))

    def warn(self, kind: str, line: Line, code: str, reason: str) -> None:
        self.findings.append(Finding(f"{kind}.ndjson", line.number, line.id, Level.WARNED, code, reason))

    def begin(self, kind: str, table: type[AnyRow]) -> None:
        """Load what this source brought earlier. One statement per type."""
        self.tallies[kind] = Tally()
        rows = self.db.exec(select(table).where(col(table.source) == self.source))
        self.known[kind] = {str(row.source_id): row for row in rows}

    def read(self, kind: str, shape: type[AnyShape]) -> Iterator[tuple[Line, AnyShape]]:
        """Yield the well-formed resources of one file; the others are refused. A missing file holds none."""
        path = self.folder / f"{kind}.ndjson"
        if not path.is_file():
            return
        for line in read_lines(path, kind, lambda *found: self.refuse(kind, *found)):
            try:
                yield line, shape.model_validate(line.resource)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False, include_context=False)[0]
                place = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
                self.refuse(kind, line.number, line.id, "not-fhir", f"“{place[:60]}” is not as FHIR R4 defines it.")

    def find(self, reference: Reference | None) -> UUID | None:
        """Return the row that a reference points to; absolute addresses count by their last two parts."""
        kind, _, found = "/".join((reference.reference or "").split("/")[-2:] if reference else []).partition("/")
        row = self.known.get(kind, {}).get(found)
        return row.id if row else None

    def settle(self, kind: str, table: type[AnyRow], line: Line, values: Mapping[str, Any], *, whole: bool) -> AnyRow:
        """Make or change one row; what staff changed here since stays as they left it.

        Only what the source states is in `values`, so a fact that vanished there is not removed here. With `whole`
        False (a reference was missing) no digest is kept, and the next run looks again.
        """
        digest = line.digest if whole else None
        row = self.known[kind].get(line.id)
        if row is None:
            made = table(source=self.source, source_id=line.id, source_hash=digest, **values)
            self.db.add(made)
            self.known[kind][line.id] = made
            self.tallies[kind].created += 1
            audit.record(self.db, by=self.by, did="import", on=made, now=self.now, source=self.source)
            return made
        assert isinstance(row, table)  # noqa: S101 - `known` is kept per type
        if digest is not None and row.source_hash == digest:
            self.tallies[kind].unchanged += 1
            return row
        kept = getattr(row, "kept_here", ())
        changed = [name for name, value in values.items() if name not in kept and getattr(row, name) != value]
        for name in changed:
            setattr(row, name, values[name])
        row.source_hash = digest
        self.count_change(kind, row, changed)
        return row

    def count_change(self, kind: str, row: Row, changed: list[str]) -> None:
        if not changed:
            self.tallies[kind].unchanged += 1
            return
        self.tallies[kind].updated += 1
        if isinstance(row, Patient | Location | Practitioner):
            row.version += 1
        audit.record(
            self.db, by=self.by, did="import-change", on=row, now=self.now, source=self.source, fields=len(changed)
        )


def too_long(table: type[Row], values: Mapping[str, Any]) -> str | None:
    """Name the first text that its column cannot hold, or None. PostgreSQL refuses such a row, SQLite cuts nothing."""
    columns = table.__table__.columns  # type: ignore[union-attr]
    for name, value in values.items():
        kind = columns[name].type
        most = kind.longest if isinstance(kind, Encrypted) else getattr(kind, "length", None)
        if isinstance(value, str) and most is not None and len(value) > most:
            return name
    return None


def tidy(text: str | None) -> str | None:
    """Even out the spaces of a text; empty becomes None."""
    return " ".join(text.split()) or None if text else None
