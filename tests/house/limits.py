"""The sizes nobody may exceed: 300 lines a module (tests 400), 50 a function (tests 80)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sma", "billing", "calendars", "bench", "tests")


def excesses() -> Iterator[str]:
    """Name each module and function that is too long."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations/versions" in path.as_posix():
                continue
            in_tests = folder in ("tests", "bench")
            source = path.read_text(encoding="utf-8")
            lines = source.count("\n")
            name = path.relative_to(ROOT)
            if lines > (400 if in_tests else 300):
                yield f"{name}: {lines} lines"
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    length = (node.end_lineno or 0) - node.lineno + 1
                    if length > (80 if in_tests else 50):
                        yield f"{name}:{node.lineno} {node.name}: {length} lines"


if __name__ == "__main__":
    found = list(excesses())
    print("\n".join(found) or "No module and no function is too long.")
    sys.exit(bool(found))
