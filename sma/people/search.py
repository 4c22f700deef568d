"""How a name or a date is turned into something that can be looked up. Pure: values in, values out.

Folding is for finding only. The name itself is kept exactly as the person gives it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# Letters that no decomposition turns into the ones people type instead. Yolŋu ŋ is commonly typed as "ng".
_SPOKEN = str.maketrans({"ŋ": "ng", "đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_SILENT = re.compile(r"['’‘ʼ`´.,]")
_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{4})[/.\- ](\d{1,2})[/.\- ](\d{1,2})")


@dataclass(frozen=True)
class Sought:
    """What was typed into the search box; exactly one of the three is set, none for an empty box."""

    words: tuple[str, ...] = ()
    born_on: date | None = None
    last_four: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.words and self.born_on is None and self.last_four is None


def fold(name: str | None) -> str:
    """Return a name without case, accents and apostrophes, so that "Zoë", "zoe" and "ZOE" meet."""
    lowered = unicodedata.normalize("NFC", name or "").casefold().translate(_SPOKEN)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return " ".join(_SILENT.sub("", plain).replace("-", " ").split())[:80]


def what_is_sought(typed: str) -> Sought:
    """Tell a date of birth (day first, or ISO) and the last four digits of a card from the letters of a name."""
    text = " ".join(typed.split())[:120]
    if found := _DATE.fullmatch(text):
        day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
        try:
            return Sought(born_on=date(int(year), int(month), int(day)))
        except ValueError:
            return Sought(words=(text,))
    if re.fullmatch(r"[0-9]{4}", text):
        return Sought(last_four=text)
    return Sought(words=tuple(fold(text).split()))


def after(prefix: str) -> str:
    """Return the end of the range of texts that begin with `prefix`, in byte order."""
    return prefix + "\U0010ffff"
