"""From a TOML table to a frozen value: unknown, missing and wrongly typed keys are refused by name."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


def fill(cls: type[Value], table: Mapping[str, Any]) -> Value:
    """Make a dataclass value from a table of the same keys; arrays become tuples.

    Raises: ValueError saying which key is wrong.
    """
    shape = _shape(cls)  # type: ignore[arg-type] # classes hash by identity
    unknown = sorted(table.keys() - shape.kinds.keys())
    if unknown:
        raise ValueError(f"unknown key {', '.join(unknown)}")
    missing = [name for name in shape.needed if name not in table]
    if missing:
        raise ValueError(f"missing {', '.join(missing)}")
    return cls(**{name: _value(name, value, *shape.kinds[name]) for name, value in table.items()})


@dataclass(frozen=True)
class _Shape:
    """What a dataclass takes: for each key its plain type and, of a tuple, the type inside; and what must be there."""

    kinds: dict[str, tuple[type, type | None]]
    needed: tuple[str, ...]


@cache
def _shape(cls: type) -> _Shape:
    hints = get_type_hints(cls)
    wanted = [field for field in fields(cls) if field.init]
    return _Shape(
        {field.name: _kind(hints[field.name]) for field in wanted},
        tuple(each.name for each in wanted if each.default is MISSING and each.default_factory is MISSING),
    )


def _kind(hint: Any) -> tuple[type, type | None]:
    if get_origin(hint) is UnionType:
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        return tuple, get_args(hint)[0]
    return get_origin(hint) or hint, None


def _value(name: str, value: object, plain: type, inner: type | None) -> object:
    if inner is not None:
        if not isinstance(value, list | tuple) or not value or not all(_is(each, inner) for each in value):
            raise ValueError(f"{name} must be a list of {inner.__name__}, not empty")
        if len(set(value)) != len(value):
            raise ValueError(f"{name} names something twice")
        return tuple(value)
    if not _is(value, plain):
        raise ValueError(f"{name} must be {plain.__name__}")
    if value == "":
        raise ValueError(f"{name} is empty")
    return value


def _is(value: object, plain: type) -> bool:
    # TOML's true would pass for a whole number, and its date-time for a date.
    return type(value) is plain or (isinstance(value, plain) and plain not in (int, date))
