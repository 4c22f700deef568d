"""Pydantic's error codes as sentences that tell the person at the desk what to do."""

from collections.abc import Callable, Mapping
from typing import Any

Sentence = str | Callable[[Mapping[str, Any]], str]

UNKNOWN = "This answer doesn't fit here. Check it and try again."
MISSING = "Fill this in."
DATE = "Give a date as day, month and year, for example 9/12/2026."
TIME = "Give a time such as 10:00 or 14:30."
NUMBER = "Give a whole number, such as 12."
DECIMAL = "Give a number, such as 12.5."
CHOICE = "Choose one of the answers shown."
TICK = "Tick the box or leave it empty."
FILE = "Choose a file to send."


def message_for(error: Mapping[str, Any], *, is_list: bool = False) -> str:
    """Return the sentence for one pydantic error. Our own validators' sentences pass through unchanged."""
    code, context = error["type"], error.get("ctx", {})
    if code == "missing":
        return "Choose at least one." if is_list else MISSING
    if code in ("value_error", "assertion_error"):
        return str(context["error"]) or UNKNOWN
    sentence = _SENTENCES.get(code, UNKNOWN)
    return sentence if isinstance(sentence, str) else sentence(context)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_SENTENCES: dict[str, Sentence] = {
    "string_too_short": lambda found: f"Write at least {_count(found['min_length'], 'character')}.",
    "string_too_long": lambda found: f"Use at most {_count(found['max_length'], 'character')}.",
    "string_pattern_mismatch": "This is not in the form we need. Look at the hint and try again.",
    "string_type": MISSING,
    "too_short": lambda found: f"Choose at least {found['min_length']}.",
    "too_long": lambda found: f"Choose at most {found['max_length']}.",
    "list_type": "Choose at least one.",
    "int_parsing": NUMBER,
    "int_type": NUMBER,
    "int_from_float": NUMBER,
    "int_parsing_size": "That number is too large. Check it and try again.",
    "float_parsing": DECIMAL,
    "float_type": DECIMAL,
    "finite_number": DECIMAL,
    "decimal_parsing": DECIMAL,
    "decimal_type": DECIMAL,
    "decimal_max_places": lambda found: f"Use at most {_count(found['decimal_places'], 'decimal place')}.",
    "greater_than": lambda found: f"Give a number above {found['gt']}.",
    "greater_than_equal": lambda found: f"Give {found['ge']} or more.",
    "less_than": lambda found: f"Give a number below {found['lt']}.",
    "less_than_equal": lambda found: f"Give {found['le']} or less.",
    "date_from_datetime_parsing": DATE,
    "date_from_datetime_inexact": DATE,
    "date_parsing": DATE,
    "date_type": DATE,
    "date_past": "Give a date before today.",
    "date_future": "Give a date after today.",
    "datetime_parsing": "Give a date and a time.",
    "datetime_from_date_parsing": "Give a date and a time.",
    "datetime_type": "Give a date and a time.",
    "time_parsing": TIME,
    "time_type": TIME,
    "time_delta_parsing": "Give a length of time in minutes.",
    "bool_parsing": TICK,
    "bool_type": TICK,
    "enum": CHOICE,
    "literal_error": CHOICE,
    "uuid_parsing": CHOICE,
    "uuid_type": CHOICE,
    "url_parsing": "Give a full web address, such as https://example.org.",
    "json_invalid": "This can't be read. Reload the page and try again.",
    "dataclass_type": FILE,
    "dataclass_exact_type": FILE,
}
