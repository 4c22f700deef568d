"""What left a lived day, and who may be found in each piece of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tests.leaks.search import Pile, find, metadata_of, unpacked
from tests.leaks.tokens import NOBODYS, Token

NAMES = frozenset({"preferred_name", "family_name"})
# What a desk or a team needs to know who somebody is and how to speak with them.
LISTED = NAMES | {"given_names", "born_on", "pronouns"}
REASONS = frozenset({"reason_minutes", "reason_mark", "reason_consult", "reason_stay", "reason_withdrawn"})
SETTING = frozenset({"topic", "audience", "audience_note"})
PERSONAL = LISTED | {"email", "phone", "contact_note", "relative", "relative_phone"}
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Artefact:
    """One piece: `people` may be found in it by the words of `fields`; NOBODYS stands for the session's setting."""

    kind: str
    name: str
    content: bytes
    people: frozenset[int] = frozenset()
    fields: frozenset[str] = NOTHING

    def may_hold(self, token: Token) -> bool:
        return token.owner in self.people and token.field in self.fields

    def planted(self, content: bytes) -> "Artefact":
        return replace(self, content=content)


def described(artefact: Artefact, kind: str) -> Artefact:
    """Return what a file says about itself, in which nobody may be found."""
    return Artefact(kind, f"about {artefact.name}", metadata_of(artefact.content))


def leaks(artefacts: Iterable[Artefact], tokens: Iterable[Token]) -> Iterator[str]:
    """Name every word that stands where it must not. The word itself is not repeated."""
    every = list(tokens)
    for alike in _alike(artefacts):
        unwanted = [token for token in every if not alike[0].may_hold(token)]
        pile = Pile(_distinct_lines(alike), (word for token in unwanted for word in token.spellings))
        for token in unwanted:
            if pile.holds(token.spellings):
                whose = "the session" if token.owner == NOBODYS else f"guest {token.owner}"
                for each in alike:
                    if find(token.spellings, unpacked(each.content)):
                        yield f"{each.kind} {each.name}: {token.field} of {whose}"


def _alike(artefacts: Iterable[Artefact]) -> Iterable[list[Artefact]]:
    groups: dict[tuple[str, frozenset[int], frozenset[str]], list[Artefact]] = defaultdict(list)
    for each in artefacts:
        groups[each.kind, each.people, each.fields].append(each)
    return groups.values()


def _distinct_lines(artefacts: Iterable[Artefact]) -> bytes:
    # Pages are mostly the same lines; a word never runs over the end of one, once everything is unfolded.
    lines = {line for each in artefacts for layer in unpacked(each.content) for line in layer.split(b"\n")}
    return b"\n".join(sorted(lines))
