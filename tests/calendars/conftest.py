"""One ordinary appointment, changed by each test in what it is about; and libical's own judge."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import strategies as st

from calendars import Event

LIBICAL_LINE = "apt-get install libical-dev gcc pkg-config"
# What people's names hold, and what forms, imports and pranks put there.
NASTY = [
    "Gäwa Yunupiŋu",
    "Ḏäwurr Yolŋu",
    "أمل الحداد",
    "陈 美玲",
    "Nguyễn Thị Ánh",
    "👩🏾‍⚕️ Dot",
    "Lin, Dr; Jo: “the” one",
    'Jo "Blue" O\'Hara ^n ^^',
    "a\\nb\\\\N\\,;",
    "x" * 500,
    "ŋ" * 500,
    "\x00\x07\x0b\x1b[31mred\x7f\x85\u2028end",
    "\u202egnp.exe\u2066\u2069",
    "half \ud83d pair",
    "e\x00\u0301",
    "two\r\nlines\rthree",
    "ATTENDEE:mailto:other@example.net\r\nATTENDEE:mailto:more@example.net",
    "",
    "   ",
]


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Event]:
    def make(**changes: object) -> Event:
        values: dict[str, object] = {
            "uid": "2f1c9a7e-6f0b-4d2e-9b44-0d6d9b1c7f10@saltwater.example",
            "sequence": 0,
            "revised_at": datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC),
            "created_at": datetime(2026, 11, 20, 4, 5, 6, tzinfo=UTC),
            "starts": datetime(2026, 12, 1, 10, 0),
            "ends": datetime(2026, 12, 1, 11, 30),
            "timezone": "Australia/Sydney",
            "summary": "Appointment – Saltwater",
            "description": "Please come 10 minutes early.\nQuestions? Call (02) 9000 0000.",
            "location": "Room 2, Level 1; 5 River St",
            "organiser_name": "Saltwater Clinic",
            "organiser_address": "invites@saltwater.example",
            "attendee_name": "Gäwa Yunupiŋu",
            "attendee_address": "gawa@example.net",
        }
        return Event(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def anything() -> st.SearchStrategy[str]:
    """Any text at all, halves of surrogate pairs included, and often one known to have hurt."""
    letters = st.characters(exclude_categories=())
    return st.one_of(st.sampled_from(NASTY), st.text(letters, max_size=120))


@pytest.fixture(scope="session")
def nasty_names() -> list[str]:
    return NASTY


@pytest.fixture(scope="session")
def unfolded() -> Callable[[bytes], list[str]]:
    """The content lines of a file, without folds and the last empty one."""

    def lines(data: bytes) -> list[str]:
        return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")

    return lines


@pytest.fixture(scope="session")
def libical_check(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Path]], list[str]]:
    """libical's RFC 5546 tables: one line of judgement for each file."""
    missing = [program for program in ("gcc", "pkg-config") if shutil.which(program) is None]
    if missing or subprocess.run(["pkg-config", "--exists", "libical"], check=False).returncode:
        pytest.skip(f"libical or a C compiler is missing: {LIBICAL_LINE}")
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libical"], text=True).split()
    program = tmp_path_factory.mktemp("libical") / "libical_check"
    source = Path(__file__).parent / "libical_check.c"
    subprocess.run(["gcc", "-O1", "-Wall", "-Werror", "-o", program, source, *flags], check=True)

    def judge(files: list[Path]) -> list[str]:
        # libical looks for its zone files through the environment's TZ; keep it as the test set it.
        done = subprocess.run([program, *files], env=os.environ, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return judge
