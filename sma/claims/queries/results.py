"""What came back about a line, in words: its state, what its code means, and what to do next."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import select

from billing.money import format_cents
from billing.returns.codes import UNKNOWN, load_codes
from billing.returns.states import ReturnState
from sma.claims.queries.responses import newest_states
from sma.claims.queries.responses_rows import STATE_LOOKS, STATE_WORDS
from sma.core.db import ReadSession


@dataclass(frozen=True)
class Result:
    """How a lodged line stands."""

    state: ReturnState
    reason_code: str | None
    paid_cents: int

    @property
    def badge(self) -> tuple[str, str]:
        """Its word and its look, the same on every page."""
        return STATE_WORDS[self.state], STATE_LOOKS[self.state]

    @property
    def sentence(self) -> str:
        said = STATE_WORDS[self.state]
        if self.paid_cents:
            said += f", {format_cents(self.paid_cents)}"
        if self.state is ReturnState.PAID or not self.reason_code:
            return f"{said}."
        meaning = load_codes().of(self.reason_code)
        words = f"{meaning.meaning} {meaning.action}" if meaning else UNKNOWN
        return f"{said} ({self.reason_code}): {words}"


def result_of(db: ReadSession, claim_id: UUID) -> Result | None:
    """Return how one line stands, or None where its batch has no recorded lodgement. One statement."""
    states = newest_states()
    query: Any = select(states.c.state, states.c.reason_code, states.c.benefit_cents).where(
        states.c.claim_id == claim_id
    )
    row = db.exec(query).one_or_none()
    return Result(ReturnState(row[0]), row[1], row[2]) if row else None
