"""Takes a picture of every page of the demonstration, for people to look at: `python -m tests.e2e.pictures FOLDER`.

Each page is taken at the width of a desk and of a phone, as somebody whose work it is, into FOLDER/1280 and FOLDER/390.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from sma.identity import Role
from tests.e2e.browser import CHROMIUM, QUIET, provoke
from tests.e2e.clinic import Clinic, sydney
from tests.e2e.pages import NEWCOMER, addresses, refusals
from tests.factories import make_user

WIDTHS = (1280, 390)
# Whose work a page is, by how its address begins; the first that fits.
WORKERS = (
    (r"/sign-in", None),
    (r"/(users|operations)", "admin"),
    (
        r"/(programs|claims\?|claim-batches|claim-periods|claim-reports|exports|locations|practitioners|step-up)",
        "karen",
    ),
    (r"/(accounts|claims/[^/]+/(payer|account))", "karen"),
    (r"/referrer-reports", "leah"),
    (r"/claims", "dr.okafor"),
    (r"/sessions/(new|[^/]+/(plan|edit|claims|cancellation))", "karen"),
    (r"/(sessions|appointments|consults|clinician-presences)", "marcus"),
    (r"/questions", "aunty.dot"),
    (r"/people/[^/]+/identifiers", "ravi"),
    (r"/people/[^/]+/death", "aunty.dot"),
    (r"/", "tahlia"),
)


def main(folder: Path) -> None:
    """Load a demonstration of its own, serve it, and look at every page and every refusal."""
    with tempfile.TemporaryDirectory(prefix="sma-pictures-") as data, sync_playwright() as playwright:
        clinic = Clinic(Path(data), starts=sydney("2026-11-24T09:30"))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            clinic.run("demo", "load")
            with clinic.write() as db:
                make_user(db, Role.FRONT_DESK, username=NEWCOMER, must_choose_password=True)
            clinic.at("2026-11-24T10:40")
            clinic.start()
            with clinic.read() as db:
                pages = [address for found in addresses(db, now=clinic.now).values() for address in found]
                wanted = refusals(db, now=clinic.now)
            for width in WIDTHS:
                target = folder / str(width)
                target.mkdir(parents=True, exist_ok=True)
                for number, address in enumerate([*pages, *wanted], start=1):
                    where = address if isinstance(address, str) else address.address
                    worker = next(who for begins, who in WORKERS if re.match(begins, where))
                    context = browser.new_context(
                        base_url=clinic.address, locale="en-AU", viewport={"width": width, "height": 844}
                    )
                    who = worker if isinstance(address, str) else address.username or worker
                    if who:
                        context.add_cookies([clinic.cookie(who)])  # type: ignore[list-item]
                    page = context.new_page()
                    if isinstance(address, str):
                        page.goto(address)
                    else:
                        provoke(page, address)
                    page.screenshot(path=target / f"{number:03}{_name(where)}.png", full_page=True)
                    context.close()
        finally:
            browser.close()
            clinic.stop()


def _name(address: str) -> str:
    """Name a file after an address, ids left out."""
    bare = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "x", address)
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).rstrip("-")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
