"""A frozen batch far larger than a clinic's, without the sessions behind it."""

from collections.abc import Iterator
from uuid import UUID

from billing.exports import Line
from sma.claims.freezing import LINES_IN_BLOCK, blocks
from sma.claims.models import ClaimBatch, ClaimBlock
from sma.core.db import Database
from sma.identity import CurrentUser
from tests.billing.exports.batches import make_line
from tests.factories import make_practitioner
from tests.sma.claims.factories import CLOSED


def large_batch(database: Database, by: CurrentUser, lines: int) -> UUID:
    """Freeze `lines` lines of the same few fictional people; returns the batch's id."""
    with database.write() as db:
        batch = ClaimBatch(
            reference=f"B20261124-{lines}",
            provider_number="2447781L",
            practitioner_id=make_practitioner(db).id,
            practitioner_name="Dr Okafor",
            practice_name="Riverside Clinic",
            timezone="Australia/Sydney",
            made_at=CLOSED,
            made_by_id=by.id,
            line_count=lines,
            charge_cents=4505 * lines,
            benefit_cents=4505 * lines,
            rulebook_hash="0" * 64,
            schedule_version="2026-07-01",
        )
        db.add(batch)
        # The blocks point at it.
        db.flush()
        for number, part in enumerate(_parts(lines)):
            ((_, first, content),) = blocks(part)
            db.add(ClaimBlock(batch_id=batch.id, number=number, first_line_no=first, content=content))
    return batch.id


def _parts(lines: int) -> Iterator[list[Line]]:
    people = [make_line(person) for person in range(7)]
    for start in range(1, lines + 1, LINES_IN_BLOCK):
        numbers = range(start, min(start + LINES_IN_BLOCK, lines + 1))
        yield [people[number % 7]._replace(line_no=number, service_id=f"{number:06d}") for number in numbers]
