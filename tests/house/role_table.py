"""Which role gets which answer from which address: reads the committed table, and asks the application for a new one.

`python -m tests.house.role_table` writes role_table.csv from what the application answers now. Read the difference as
a reviewer would: each changed number is somebody who may do more, or less, than before.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.testclient import TestClient

from sma.app import create_app
from sma.core import clock
from sma.identity import Role
from tests.house.role_addresses import OF_A_SESSION, filled, form_for, names_in
from tests.house.role_days import live_through
from tests.house.role_scene import Scene
from tests.house.routes import routes_of

TABLE = Path(__file__).with_name("role_table.csv")
NOBODY = "nobody"
WHO = (NOBODY, *(str(role) for role in Role))
# Refused before anything was looked at or written.
REFUSED = (401, 403, 404, 405)


class Line(NamedTuple):
    """One address and whose session it is about: "own", "other", or "-" when it is about none."""

    method: str
    path: str
    whose: str


Answers = dict[Line, dict[str, int]]


def lines_of(app: FastAPI) -> Iterator[Line]:
    """Yield a line for every route of the application, two where it belongs to a session."""
    for route in routes_of(app):
        for method in sorted(route.methods):
            sides = ("own", "other") if OF_A_SESSION & set(names_in(route.path)) else ("-",)
            for whose in sides:
                yield Line(method, route.path, whose)


def ask_everything(folder: Path) -> Answers:
    """Send every request as everybody to a freshly seeded clinic; each change is undone before the next."""
    scene = Scene(folder)
    try:
        live_through(scene)
        app = create_app(scene.settings)
        answers: Answers = {}
        with TestClient(app, base_url="http://testserver", follow_redirects=False) as browser:
            browser.headers["sec-fetch-site"] = "same-origin"
            for line in sorted(lines_of(app), key=lambda each: (each.path, each.method, each.whose == "other")):
                answers[line] = {who: _ask(browser, scene, line, who) for who in WHO}
        return answers
    finally:
        clock.use_test_clock(None)
        scene.close()


def _ask(browser: TestClient, scene: Scene, line: Line, who: str) -> int:
    browser.cookies.clear()
    if who != NOBODY:
        browser.cookies.set("sma_session", scene.tokens[who])
    address = filled(line.path, line.whose, who, scene)
    form = form_for(line.path, line.whose, scene) if line.method == "POST" else None
    answer = browser.request(line.method, address, data=form)
    if line.method != "GET" and answer.status_code not in REFUSED:
        scene.put_back()
    return answer.status_code


def read_table() -> Answers:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {
            Line(row["method"], row["path"], row["whose"]): {who: int(row[who]) for who in WHO}
            for row in csv.DictReader(file)
        }


def write_table(answers: Answers) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Line._fields, *WHO])
        writer.writerows([*line, *(by_role[who] for who in WHO)] for line, by_role in answers.items())


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        answers = ask_everything(Path(folder))
    write_table(answers)
    print(f"{TABLE.name}: {len(answers)} lines. Review the difference before you commit it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
