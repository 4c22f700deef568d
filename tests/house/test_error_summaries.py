"""A summary of errors names each field as the field itself is labelled, so that it can be found on the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
READER = Environment(extensions=["jinja2.ext.do"], autoescape=True)
FIELDS = {"field", "date_field", "time_field", "textarea", "select", "radios", "checkboxes", "checkbox"}


def _calls(tree: nodes.Template, names: set[str]) -> Iterator[nodes.Call]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in names:
            yield call


def _form_of(call: nodes.Call) -> str:
    first = call.args[0]
    return first.name if isinstance(first, nodes.Name) else ""


def _labels_on(tree: nodes.Template) -> Iterator[tuple[str, str, str]]:
    """Each field that a page draws: its form, its name, its label. Labels worked out elsewhere are left out."""
    for call in _calls(tree, FIELDS):
        name, label = call.args[1:3]
        if isinstance(name, nodes.Const) and isinstance(label, nodes.Const):
            yield _form_of(call), name.value, label.value


def _given(call: nodes.Call) -> dict[str, str] | None:
    """The labels handed to a summary; None when the page's own code makes them."""
    for keyword in call.kwargs:
        if keyword.key == "labels":
            if not isinstance(keyword.value, nodes.Dict):
                return None
            pairs = [(pair.key, pair.value) for pair in keyword.value.items]
            return {
                key.value: words.value if isinstance(words, nodes.Const) else ""
                for key, words in pairs
                if isinstance(key, nodes.Const)
            }
    return {}


def _pages() -> list[str]:
    found = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
    return [name for name in found if "error_summary(" in (TEMPLATES / name).read_text() and "_macros" not in name]


@pytest.mark.parametrize("page", _pages())
def test_a_summary_of_errors_says_the_labels_of_the_page(page: str) -> None:
    tree = READER.parse((TEMPLATES / page).read_text())
    drawn = list(_labels_on(tree))

    for call in _calls(tree, {"error_summary"}):
        labels = _given(call)
        if labels is None:
            continue
        for form, name, label in drawn:
            said = labels.get(name, name.replace("_id", "").replace("_", " ").capitalize())
            if form == _form_of(call) and said:
                assert said.rstrip("?").casefold() == label.rstrip("?").casefold(), f"{name} is called {said!r}"
