"""Changes one number or comparison at a time in a copy of the rules, and says which changes no test notices.

Not part of the test run: `python -m tests.billing.mutants items|shared|rules|engine|volume [--sample N] [--seed S]`.
A change is first held against every case file, which takes a second, then against other quick tests of the rules.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = {
    "items": ("billing/mbs/items/*.toml",),
    "shared": ("billing/mbs/shared.toml",),
    "volume": ("billing/mbs/volume.toml", "billing/volume.py"),
    "rules": ("billing/rules/*.py",),
    "engine": (
        "billing/assess.py",
        "billing/assessment.py",
        "billing/shortlist.py",
        "billing/summary.py",
        "billing/facts.py",
        "billing/items.py",
        "billing/money.py",
        "billing/incentives.py",
    ),
}
OTHER_TESTS = (
    "members",
    "rule_edges",
    "kinds",
    "rulebook_data",
    "facts",
    "volume",
    "who_pays",
    "published_examples",
    "money",
)
_TEXT = {"source", "title", "number", "rounding_source", "doubt", "what", "alternative", "name"}
_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One changed file: its new text, and in a few words what was changed where."""

    file: str
    text: str
    what: str

    @property
    def is_list_entry(self) -> bool:
        return " without " in self.what


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Yield every change of one number, comparison or listed item number in a file."""
    name, text = str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
    changes = _in_code(text) if file.suffix == ".py" else _in_data(text)
    for changed, what in changes:
        yield Mutant(name, changed, what)


def _in_data(text: str) -> Iterator[tuple[str, str]]:
    """Step whole numbers, dates and times up and down, and leave out one entry of a list at a time."""
    key = section = ""
    for match in re.finditer(
        r'^\[+([^\]\n]+)\]+$|^(\w+) = |(?<=[{,] )(\w+) = |("[^"\n]*")(,? ?)|#.*|([0-9:-]+)', text, re.M
    ):
        section, key = match[1] or section, match[2] or match[3] or key
        where = f"{section}.{key} at line {text.count(chr(10), 0, match.start()) + 1}"
        before, after = text[: match.start()], text[match.end() :]
        if match[4] and key not in _TEXT and match[5] and re.fullmatch(r'"\d+"', match[4]):
            yield before + after, f"{where} without {match[4]}"
        elif match[6] and key not in _TEXT:
            for changed in _stepped(match[6]):
                yield before + changed + after, f"{where}: {match[6]} as {changed}"


def _stepped(number: str) -> list[str]:
    if number.isdecimal():
        return [str(int(number) + 1), str(int(number) - 1)]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", number):
        return [
            f"{number[:8]}{int(number[8:]) + 1:02}" if int(number[8:]) < 28 else f"{number[:8]}{int(number[8:]) - 1:02}"
        ]
    if re.fullmatch(r"\d\d:\d\d:\d\d", number):
        return [f"{number[:6]}01"]
    return []


def _in_code(text: str) -> Iterator[tuple[str, str]]:
    """Turn each comparison, `and`, `or`, `+`, `-`, truth and number of a module into its neighbour."""
    whole = ast.parse(text)
    # How a class is made and what is only faster are no rules: no case could notice.
    skipped = {
        inner
        for node in ast.walk(whole)
        for part in (getattr(node, "decorator_list", []) if not _is_speed(node) else [node])
        for inner in ast.walk(part)
    }
    for index, node in enumerate(ast.walk(whole)):
        for changed in [] if node in skipped else _changed(node):
            tree = ast.parse(text)
            twin = next(each for number, each in enumerate(ast.walk(tree)) if number == index)
            what = f"line {getattr(node, 'lineno', '?')}: {ast.unparse(node)}"
            _apply(twin, changed)
            yield ast.unparse(ast.fix_missing_locations(tree)), f"{what} as {ast.unparse(twin)}"


def _is_speed(node: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "of_service"


def _changed(node: ast.AST) -> list[object]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        return [(place, _COMPARISONS[type(each)]()) for place, each in enumerate(node.ops)]
    if isinstance(node, ast.BoolOp):
        return [ast.Or() if isinstance(node.op, ast.And) else ast.And()]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [node.value + 1]
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        return [not node.value]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return [ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()]
    return []


def _apply(node: ast.AST, changed: object) -> None:
    if isinstance(node, ast.Compare) and isinstance(changed, tuple):
        node.ops[changed[0]] = changed[1]
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = changed  # type: ignore[assignment] # made for this node by _changed
    elif isinstance(node, ast.Constant):
        node.value = changed  # type: ignore[assignment] # likewise


def killed(mutant: Mutant, copy: Path) -> str | None:
    """Say what noticed a change made in a copy of the tree; None when nothing did."""
    file = copy / mutant.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutant.text, encoding="utf-8")
    try:
        if not _passes(copy, "-m", "tests.billing.mutants", "cases"):
            return "cases"
        tests = [f"tests/billing/test_{each}.py" for each in OTHER_TESTS]
        options = ("--noconftest", "-x", "-q", "-p", "no:cacheprovider")
        return None if _passes(copy, "-m", "pytest", *options, *tests) else "tests"
    finally:
        file.write_text(whole, encoding="utf-8")


def _passes(copy: Path, *command: str) -> bool:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, *command], cwd=copy, env=environment, capture_output=True, timeout=300)
    return run.returncode == 0


def run_cases() -> int:
    """Run every case file in this process and stop at the first that comes out otherwise."""
    from tests.billing.test_cases import _cases, test_the_case_comes_out_as_written

    for param in _cases():
        try:
            test_the_case_comes_out_as_written(param.values[0])
        except Exception as error:
            print(param.id, type(error).__name__)
            return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", choices=[*PLACES, "cases"])
    parser.add_argument(
        "--sample", type=int, default=0, help="how many changes, taken at random; all of them otherwise"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only files whose name contains this")
    parser.add_argument("--numbers", action="store_true", help="leave the entries of long lists alone")
    asked = parser.parse_args()
    if asked.place == "cases":
        return run_cases()
    files = sorted(file for pattern in PLACES[asked.place] for file in ROOT.glob(pattern) if asked.only in file.name)
    found = [mutant for file in files for mutant in mutants_of(file)]
    found = [mutant for mutant in found if not (asked.numbers and mutant.is_list_entry)]
    chosen = random.Random(asked.seed).sample(found, min(asked.sample or len(found), len(found)))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("billing", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "sma", "e2e"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        by: dict[str | None, int] = {}
        for mutant in chosen:
            noticed = killed(mutant, copy)
            by[noticed] = by.get(noticed, 0) + 1
            if noticed is None:
                print(f"alive: {mutant.file}: {mutant.what}", flush=True)
    share = 1 - by.get(None, 0) / max(len(chosen), 1)
    print(
        f"{asked.place}: {share:.1%} of {len(chosen)} noticed (of {len(found)} possible); {json.dumps(by, default=str)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
