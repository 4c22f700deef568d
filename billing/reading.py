"""From a TOML table to a frozen value: unknown, missing and wrongly typed keys are refused by name."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def fill(cls: type[Value], table: Mapping[str, Any]) -> Value:
    """Make a dataclass value from a table of the same keys; arrays become tuples.

    Raises: ValueError saying which key is wrong.
    """
    hints = get_type_hints(cls)
    wanted = {field.name: field for field in fields(cls) if field.init}  # type: ignore[arg-type]
    unknown = sorted(table.keys() - wanted.keys())
    if unknown:
        raise ValueError(f"unknown key {', '.join(unknown)}")
    missing = [
        name
        for name, field in wanted.items()
        if name not in table and field.default is MISSING and field.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"missing {', '.join(missing)}")
    return cls(**{name: _value(name, value, hints[name]) for name, value in table.items()})


def _value(name: str, value: object, hint: Any) -> object:
    if get_origin(hint) is UnionType:
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if not isinstance(value, list | tuple) or not value or not all(_is(each, inner) for each in value):
            raise ValueError(f"{name} must be a list of {inner.__name__}, not empty")
        if len(set(value)) != len(value):
            raise ValueError(f"{name} names something twice")
        return tuple(value)
    plain = get_origin(hint) or hint
    if not _is(value, plain):
        raise ValueError(f"{name} must be {plain.__name__}")
    if value == "":
        raise ValueError(f"{name} is empty")
    return value


def _is(value: object, plain: type) -> bool:
    # TOML's true would pass for a whole number, and its date-time for a date.
    return type(value) is plain or (isinstance(value, plain) and plain not in (int, date))
