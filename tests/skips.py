"""Lists the tests that were skipped for want of a program, with the one line that enables them.

With SMA_NO_SKIPS set (as in CI) such a skip fails the run: a check that did not happen must not look like one that did.
"""

import os
import re

import pytest

_APT = re.compile(r"apt-get install ([a-z0-9.+ -]+)")


def _wanting(reporter: pytest.TerminalReporter) -> dict[str, str]:
    """Test ids by the packages they want."""
    wanting = {}
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if found := _APT.search(reason):
            wanting[report.nodeid] = found[1].strip()
    return wanting


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    wanting = _wanting(terminalreporter)
    if not wanting:
        return
    packages = sorted({package for names in wanting.values() for package in names.split()})
    terminalreporter.section("skipped for want of a program")
    for test in sorted(wanting):
        terminalreporter.write_line(test)
    terminalreporter.write_line(f"To run them:  apt-get install {' '.join(packages)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if os.environ.get("SMA_NO_SKIPS") and reporter is not None and not is_worker and _wanting(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
