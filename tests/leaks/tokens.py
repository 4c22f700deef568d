"""Twelve invented people whose every field holds a word that stands nowhere else in the world."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

LETTERS = "bcdfghjkmnpqrstvwxz"
# Stands in every planted word, so that none of them is a word of somebody else's.
CORE = "qzxjkw"
# Published test cards of Services Australia's vendor environment and of HL7 Australia; nobody's own.
CARDS = (
    ("4951651671", "1"),
    ("6951826031", "1"),
    ("2954541041", "1"),
    ("6951825241", "1"),
    ("2509999891", "1"),
    ("2510484911", "1"),
    ("4951525561", "1"),
    ("6950507392", "1"),
    ("2950975362", "1"),
    ("3950387652", "1"),
    ("2951201842", "1"),
    ("2297460336", "1"),
)
# What belongs to the session and not to a person.
NOBODYS = -1


@dataclass(frozen=True)
class Token:
    """One word to look for: whose it is, in which field it was planted, and the ways a person might write it."""

    owner: int
    field: str
    spellings: tuple[str, ...]


@dataclass
class Guest:
    """One person who comes; odd ones write in letters beyond ASCII."""

    number: int
    words: dict[str, str] = field(default_factory=dict)
    born_on: date = date(1970, 1, 1)
    card: tuple[str, str] = ("", "")

    @property
    def email(self) -> str:
        return f"{self.words['email']}@people.example"

    @property
    def phone(self) -> str:
        return f"0491 570 006 {self.words['phone']}"

    def tokens(self) -> Iterable[Token]:
        for name, word in self.words.items():
            yield Token(self.number, name, (word,))
        day = self.born_on
        spoken = (
            day.isoformat(),
            f"{day:%d/%m/%Y}",
            f"{day:%d%m%Y}",
            f"{day.day} {day:%B %Y}",
            f"{day.day} {day:%b %Y}",
        )
        yield Token(self.number, "born_on", spoken)
        number = self.card[0]
        yield Token(self.number, "medicare", (number, f"{number[:4]} {number[4:9]} {number[9:]}", number[:9]))


# Fields of a person that hold a planted word; `reason_*` are typed during the day.
WORDED = (
    "preferred_name",
    "given_names",
    "family_name",
    "pronouns",
    "email",
    "phone",
    "contact_note",
    "gender_term",
    "named_group",
    "relative",
    "relative_phone",
    "reason_minutes",
    "reason_mark",
    "reason_consult",
    "reason_stay",
    "reason_withdrawn",
    "reason_not_billed",
    "answer_of_lead",
)
ASCII_ONLY = {"email", "phone", "relative_phone"}


def make_guests(seed: int = 20261123) -> list[Guest]:
    """Make twelve people; the same seed makes the same people."""
    dice = random.Random(seed)
    guests = []
    for number in range(len(CARDS)):
        guest = Guest(number, card=CARDS[number], born_on=date(1931 + 5 * number, 2 + number % 10, 11 + number))
        for name in WORDED:
            word = "".join(dice.choices(LETTERS, k=8))
            beyond = number % 2 and name not in ASCII_ONLY
            first, last = (f"{word[:3]}ŋä", f"{word[3:]}ế") if beyond else (word[:3], word[3:])
            guest.words[name] = f"{first}{CORE}{last}".capitalize()
        guests.append(guest)
    return guests


def of_the_session() -> list[Token]:
    """Return what the program is about, for whom it is and why: for those on the session only."""
    return [
        Token(NOBODYS, "topic", ("Heart qzxjkwyarn",)),
        Token(NOBODYS, "audience", ("Elders’ qzxjkwcircle",)),
        Token(NOBODYS, "audience_note", ("Asked for at the qzxjkwmeeting",)),
    ]


def every_token() -> list[Token]:
    """Return all there is to look for: people's words, the session's, and the answer about origin that all gave."""
    people = [token for guest in make_guests() for token in guest.tokens()]
    return [*people, *of_the_session(), Token(NOBODYS, "indigenous", ("not Torres Strait Islander",))]
