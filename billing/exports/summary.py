"""The first sheet: which batch this is, what it adds up to, and how long each provider has to lodge it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date

from billing.exports.columns import HEADER, HEADER_VERSION, Kind
from billing.exports.lines import RECORD, Batch, Line, Tally, signed
from billing.exports.sheets import Sheet

_KINDS: tuple[Kind, ...] = ("text", "text", "count", "count", "count", "money", "money", "date", "date")
_HEADINGS = (
    "Provider number",
    "Provider",
    "Vouchers",
    "Items",
    "Voids",
    "Charge",
    "Benefit",
    "Oldest service",
    "Lodge by",
)


@dataclass
class _Provider:
    name: str
    vouchers: set[tuple[int, str]] = field(default_factory=set)
    items: int = 0
    voids: int = 0
    charge_cents: int = 0
    benefit_cents: int = 0
    oldest: date | None = None
    lodge_by: date | None = None


class Summary:
    """Adds up each provider's lines while they are written elsewhere."""

    def __init__(self) -> None:
        self._providers: dict[str, _Provider] = {}

    def add(self, line: Line, last_day: Callable[[date], date] | None) -> None:
        number = line.servicing_provider_number
        provider = self._providers.setdefault(number, _Provider(line.servicing_provider_name))
        provider.charge_cents += signed(line, line.charge_cents)
        provider.benefit_cents += signed(line, line.benefit_cents)
        if line.kind == "void":
            provider.voids += 1
            return
        provider.items += 1
        provider.vouchers.add((line.proposed_claim_seq, line.voucher_id))
        provider.oldest = min(provider.oldest or line.session_date, line.session_date)
        if last_day is not None:
            # Not the oldest service's: the law shortened the time, so that a newer one may end sooner.
            by = last_day(line.session_date)
            provider.lodge_by = min(provider.lodge_by or by, by)

    def write(self, sheet: Sheet, batch: Batch, tally: Tally) -> None:
        """Write the sheet: facts of the batch, totals beside their formulas, one row per provider."""
        sheet.page.set_column(0, 1, 24)
        sheet.page.set_column(2, len(_KINDS) - 1, 14)
        sheet.page.write_string(0, 0, RECORD, sheet.styles.title)
        sheet.next_row = 1
        for label, text in (
            ("Practice", batch.practice_name),
            ("Batch", batch.reference),
            ("Frozen at", batch.exported_at.astimezone(UTC).isoformat(timespec="seconds")),
            ("Schedule", batch.schedule_version),
            ("Rules", batch.rulebook_hash),
            ("Header version", str(HEADER_VERSION)),
            ("Status", "Not lodged by this system. Check each line before lodging."),
        ):
            sheet.append((label, text), ("text", "text"))
        sheet.next_row += 1
        sheet.head(("Control totals", "As frozen", "Counted in Lines"))
        self._control(sheet, "Lines", tally.rows, "count", "line_no", "COUNT", tally.rows)
        self._control(sheet, "Charge", tally.charge_cents, "money", "charge_amount", "SUM", tally.rows)
        self._control(sheet, "Benefit", tally.benefit_cents, "money", "benefit_amount", "SUM", tally.rows)
        sheet.next_row += 1
        sheet.head(_HEADINGS)
        for number, provider in sorted(self._providers.items()):
            self._provider(sheet, number, provider)

    @staticmethod
    def _control(sheet: Sheet, label: str, value: int, kind: Kind, column: str, function: str, rows: int) -> None:
        sheet.put(0, label, "text")
        sheet.put(1, value, kind)
        letters = _letters(HEADER.index(column))
        formula = f"={function}(Lines!{letters}2:{letters}{max(rows, 1) + 1})"
        # The computed value goes in too: viewers that do not calculate would show 0.
        shown = value / 100 if kind == "money" else value
        sheet.page.write_formula(sheet.next_row, 2, formula, sheet.styles.by_kind[kind], shown)
        sheet.next_row += 1

    @staticmethod
    def _provider(sheet: Sheet, number: str, provider: _Provider) -> None:
        sheet.append(
            (
                number,
                provider.name,
                len(provider.vouchers),
                provider.items,
                provider.voids,
                provider.charge_cents,
                provider.benefit_cents,
                provider.oldest,
                provider.lodge_by,
            ),
            _KINDS,
        )


def _letters(place: int) -> str:
    """The letters a spreadsheet gives a column counted from 0."""
    left, last = divmod(place, 26)
    return (_letters(left - 1) if left else "") + chr(ord("A") + last)
