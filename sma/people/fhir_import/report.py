"""What an import did and what somebody should look at. Holds resource ids and codes, no personal data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """A refused line landed nowhere; a warned one landed, with something left out or worth a look."""

    REFUSED = "refused"
    WARNED = "warned"


@dataclass(frozen=True)
class Finding:
    """One thing about one line. `line` is 1-based; 0 stands for the file as a whole."""

    file: str
    line: int
    resource_id: str | None
    level: Level
    code: str
    reason: str


@dataclass
class Tally:
    """How many resources of one type went which way."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def landed(self) -> int:
        return self.created + self.updated + self.unchanged


@dataclass(frozen=True)
class ImportReport:
    """The outcome of one run. With `dry_run` it is what would have happened; nothing was written."""

    source: str
    dry_run: bool
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> int:
        return sum(tally.created + tally.updated for tally in self.tallies.values())

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == Level.REFUSED)

    @property
    def warned(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == Level.WARNED)

    def lines(self) -> Iterator[str]:
        """Yield the report as an operator reads it: one line per type, then one per finding."""
        yield f"Import from “{self.source}”" + (" (dry run: nothing was written)" if self.dry_run else "")
        for kind, tally in self.tallies.items():
            yield (
                f"  {kind}: {tally.created} new, {tally.updated} changed, {tally.unchanged} unchanged, "
                f"{tally.refused} refused"
            )
        yield f"  {len(self.refused)} refused, {len(self.warned)} warnings"
        for finding in self.findings:
            place = f"{finding.file}:{finding.line}" if finding.line else finding.file
            who = f" {finding.resource_id}" if finding.resource_id else ""
            yield f"{finding.level} {place}{who} [{finding.code}] {finding.reason}"
