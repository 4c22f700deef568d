"""What a form model asks of its fields before pydantic sees them: which repeat, which stay untrimmed,
how long a text may be, and which characters can't be kept.
"""

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

# No box in the product needs more than a long note; a field may set its own max_length.
LONGEST_TEXT = 20_000
_REPEATING = (list, tuple, set, frozenset, Sequence)


@dataclass(frozen=True)
class Shape:
    """The field names of a form model, as the browser sends them."""

    names: frozenset[str]
    lists: frozenset[str]
    secrets: frozenset[str]
    longest: dict[str, int]


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """Read the shape once per model; a field's alias is its name in the form."""
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    kinds = {name: set(_kinds(info.annotation)) for name, info in fields.items()}
    return Shape(
        names=frozenset(fields),
        lists=frozenset(name for name, found in kinds.items() if found & set(_REPEATING)),
        secrets=frozenset(name for name, found in kinds.items() if SecretStr in found),
        longest={name: longest for name, info in fields.items() if (longest := _longest(info))},
    )


def problem_with(texts: Sequence[str], longest: int | None) -> str | None:
    """Say what is wrong with a field's text before its meaning is looked at, or None."""
    limit = max(longest or 0, LONGEST_TEXT)
    for text in texts:
        if len(text) > limit:
            return f"This is too long to keep. Use at most {longest or LONGEST_TEXT:,} characters."
        if "\N{REPLACEMENT CHARACTER}" in text:
            return "Some letters arrived damaged. Type this again instead of pasting it."
        if any(_is_control(character) for character in text):
            return "This has hidden characters that can't be kept. Type it again instead of pasting it."
    return None


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in "\t\n\r") or code == 127 or 0xD800 <= code <= 0xDFFF


def _kinds(annotation: Any) -> Iterator[object]:
    """Walk through Annotated and unions to the types a field may hold."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _kinds(member)
    else:
        yield origin or annotation


def _longest(info: FieldInfo) -> int | None:
    return next((rule.max_length for rule in info.metadata if hasattr(rule, "max_length")), None)
