"""Rounds, medians and the table."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the limit it stands beside, and the target from our notes."""

    what: str
    ours: str
    limit: str
    ratio: float
    target: str
    note: str = ""

    @property
    def text(self) -> str:
        return f"{self.what:52} {self.ours:>16} {self.limit:>16} {self.ratio:8.2f}  {self.target:18} {self.note}"


HEAD = f"{'what':52} {'ours':>16} {'limit':>16} {'ratio':>8}  {'target':18} note"


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def interleaved(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Time each piece of work in turn, several rounds, and return each one's median: the machine is noisy."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for kept, work in zip(times, works, strict=True):
            kept.append(seconds(work))
    return [statistics.median(kept) for kept in times]


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
