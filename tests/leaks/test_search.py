"""The finder finds: otherwise a leak test that is green says nothing."""

import base64
import json
import quopri
from urllib.parse import quote

import pytest

from tests.leaks.search import find, unpacked

WORDS = ("Kqzwhbtrpx", "Zrkŋäpqxwbế")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode(),
        lambda text: text.upper().encode(),
        lambda text: text.encode("utf-16"),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.encodebytes(b"x" * 50 + text.encode()),
        lambda text: quopri.encodestring(text.encode()),
        lambda text: quote(text).encode(),
        lambda text: text.encode("ascii", "backslashreplace"),
        lambda text: json.dumps(text).encode(),
        lambda text: text.encode("ascii", "xmlcharrefreplace"),
        lambda text: text.encode().hex().encode(),
        lambda text: text[:6].encode() + b"\r\n " + text[6:].encode(),
    ],
)
def test_a_word_is_found_however_it_was_written(word: str, before: str, written: object) -> None:
    content = written(f"{before}{word} and more")  # type: ignore[operator]
    assert find([word], unpacked(content))


@pytest.mark.parametrize("word", WORDS)
def test_an_innocent_text_is_innocent(word: str) -> None:
    assert not find([word], unpacked(b"Appointment " + base64.b64encode(bytes(range(256))) + b"&#8212;"))
