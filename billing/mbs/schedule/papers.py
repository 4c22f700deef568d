"""A fee update as a TOML text that a person can read and a program checks: proposals, and what was accepted.

The first line seals the rest, so that a half-written or altered paper is refused whole.
"""

import hashlib
import json
import tomllib
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from billing.fees import FeeUpdate, NewFee, ToRead

_BENEFITS = {percent: f"benefit_{percent}_cents" for percent in (75, 85, 100)}


class BadPaper(ValueError):
    """The text is no paper of ours, or not as it was written."""


def written(update: FeeUpdate) -> str:
    """Write an update, sealed."""
    head = {key: value for key, value in asdict(update).items() if key not in ("fees", "to_read")}
    tables = [("fee", _fee_table(each)) for each in update.fees]
    tables += [("to-read", asdict(each)) for each in update.to_read]
    body = _lines(head) + "".join(f"\n[[{name}]]\n{_lines(table)}" for name, table in tables)
    return f"{_seal(body)}\n{body}"


def read(text: str) -> FeeUpdate:
    """Read what `written` wrote.

    Raises: BadPaper.
    """
    seal, _, body = text.partition("\n")
    if seal != _seal(body):
        raise BadPaper("it is not complete, or was changed after it was written")
    try:
        table = tomllib.loads(body)
        fees = tuple(_fee(each) for each in table.pop("fee", []))
        to_read = tuple(ToRead(**each) for each in table.pop("to-read", []))
        return FeeUpdate(**table, fees=fees, to_read=to_read)
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise BadPaper(f"it was written by another version of this program ({error})") from error


def _fee_table(fee: NewFee) -> dict[str, Any]:
    benefits = {_BENEFITS[percent]: cents for percent, cents in fee.benefit_cents_by_percent.items()}
    return {
        "item": fee.item,
        "from": fee.starts_on,
        "was_cents": fee.was_cents,
        "schedule_fee_cents": fee.schedule_fee_cents,
        **benefits,
    }


def _fee(table: dict[str, Any]) -> NewFee:
    return NewFee(
        item=table["item"],
        starts_on=table["from"],
        was_cents=table["was_cents"],
        schedule_fee_cents=table["schedule_fee_cents"],
        benefit_cents_by_percent={percent: table[key] for percent, key in _BENEFITS.items() if key in table},
    )


def _seal(body: str) -> str:
    return f'seal = "{hashlib.sha256(body.encode()).hexdigest()}"'


def _lines(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None)


def _value(value: object) -> str:
    match value:
        case str():
            # TOML's basic strings are JSON's, but for one character that both call a control and JSON leaves as it is.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)
