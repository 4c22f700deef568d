"""What may be written into a calendar file or a mail header, and in which form.

People's names come from forms, imports and other systems. Here they lose what some calendar program would
misread, and nothing else: every letter of every script stays.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

# Everything below 0x20 except tab and newline, DEL, the C1 block, and halves of surrogate pairs, which
# cannot be encoded and would otherwise fail at the moment of sending.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
# Embeddings, overrides and isolates can turn the words around them the other way in someone else's list.
_TURNS = "\u202a-\u202e\u2066-\u2069"
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_NOT_IN_TEXT = re.compile(f"[{_CONTROLS}\\\\\u202d\u202e]")
_NOT_IN_LINE = re.compile(f"[{_CONTROLS}\\\\{_TURNS}]")
_NOT_IN_NAME = re.compile(f'[{_CONTROLS}\\\\{_TURNS}"^]')
_BLANKS = re.compile(r"\s+")

_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")


class NotAnAddress(ValueError):
    """An email address that no mail server would take. `message` does not repeat the address."""

    def __init__(self) -> None:
        self.message = "This is not an email address we can write to. Check it letter by letter."
        super().__init__(self.message)


def plain_name(name: str) -> str:
    """A person's or clinic's name on one line, as every calendar program reads it back.

    Double quotes and `^` go because half the readers do not undo their escapes; backslashes go because some
    read the letter after one as a line break.
    """
    return _one_line(name, _NOT_IN_NAME)


def plain_line(text: str) -> str:
    """A title or a place on one line."""
    return _one_line(text, _NOT_IN_LINE)


def plain_text(text: str) -> str:
    r"""Text of several lines, each ended by `\n` alone. Isolates stay: Arabic beside English needs them."""
    return unicodedata.normalize("NFC", _NOT_IN_TEXT.sub("", _LINE_ENDS.sub("\n", text)))


def _one_line(text: str, unwanted: re.Pattern[str]) -> str:
    # Removing comes first: a removed control between a letter and its accent lets the two join.
    spaced = _BLANKS.sub(" ", _LINE_ENDS.sub(" ", text))
    kept = unicodedata.normalize("NFC", unwanted.sub("", spaced))
    return _BLANKS.sub(" ", kept).strip()


@lru_cache(maxsize=4096)
def plain_address(address: str) -> str:
    """An email address in ASCII: the mailbox as given, the domain in its IDNA form.

    Raises: NotAnAddress, also for a mailbox outside ASCII, which most mail servers still refuse.
    """
    local, at, domain = address.strip(" ").rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotAnAddress from None
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        raise NotAnAddress
    return f"{local}@{ascii_domain}"


def mailto(address: str) -> str:
    """The address as a bare `mailto:` URI; a name inside it makes Gmail lose updates.

    Source: RFC 6068 section 2, for the letters that must be percent-encoded.
    """
    local, _, domain = plain_address(address).rpartition("@")
    local = quote(local, safe="!$'*+-._~")
    return f"mailto:{local}@{domain}"
