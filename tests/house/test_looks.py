"""Nothing lies about in the styles: each icon is drawn somewhere, each class and hook of ours stands on a page."""

import re

from sma.app import NAV
from sma.web.assets import STATIC
from tests.house.limits import ROOT

# Set by htmx, not by us.
FROM_ELSEWHERE = {"htmx-request"}
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "templates").rglob("*.html")))
TAGS = "\n".join(re.findall(r"\{\{.*?\}\}|\{%.*?%\}", PAGES, re.DOTALL))
SCRIPT = (STATIC / "app.js").read_text(encoding="utf-8")
STYLES = "\n".join(
    re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for path in sorted((STATIC / "css").glob("*.css"))
)
# Some pages are drawn in Python, where many drawings would be slow.
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "sma").rglob("*.py")))


def test_each_icon_is_drawn_somewhere_and_each_that_is_drawn_is_there() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    # The second word of an empty list and of a check is an icon too.
    drawn = {item.icon for item in NAV} | set(re.findall(r'\bicon(?:_name)?\s?[(=]\s?"([a-z0-9-]+)"', TAGS))
    said = set(re.findall(r'"([a-z0-9-]+)"', TAGS)) | drawn

    assert sorted(there - said) == []
    assert sorted(drawn - there) == []


def test_each_class_of_our_styles_stands_on_a_page() -> None:
    classes = set(re.findall(r"\.([a-z][\w-]*)", " ".join(re.findall(r"([^{}]+)\{", STYLES)))) - FROM_ELSEWHERE

    assert [name for name in sorted(classes) if not _stands(name, PAGES + SCRIPT + CODE)] == []


def test_each_hook_of_styles_and_script_stands_on_a_page() -> None:
    hooks = set(re.findall(r"\[(data-[a-z-]+)", STYLES + SCRIPT))
    set_by_the_script = {f"data-{name}" for name in re.findall(r"\.dataset\.([a-z]+) = ", SCRIPT)}

    # Macros take attributes by names of Python.
    missing = [name for name in sorted(hooks - set_by_the_script) if not _stands(name, PAGES + CODE)]
    assert [name for name in missing if not _stands(name.replace("-", "_"), TAGS)] == []


def _stands(name: str, where: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", where) is not None
