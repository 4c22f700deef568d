"""Runs every measurement, or those named: `python -m bench [invites sheets booking pages assess export busy mbs]`."""

import importlib
import sys

from bench.measure import HEAD

SECTIONS = ("invites", "sheets", "booking", "pages", "assess", "export", "busy", "mbs")


def main(wanted: list[str]) -> None:
    print(HEAD)
    for name in wanted or SECTIONS:
        for row in importlib.import_module(f"bench.{name}").rows():
            print(row.text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
