"""100,000 services with five years of history each, judged with every finding kept.

A service is one patient's part in a session of ten. Time is that of the process, so that a busy machine does not count.
"""

import random
import time
from datetime import UTC, date, datetime, timedelta

from bench.measure import Row
from billing import (
    Assessment,
    Attendee,
    Consult,
    EarlierService,
    GroupService,
    Interval,
    Profession,
    Provider,
    assess,
    load_rulebook,
)

COUNT = 100_000
TOGETHER = 10
PER_YEAR = 12
FIRST_DAY = date(2026, 7, 6)
FAMILIES = {
    "a GP's attendances and incentives": ("gp-attendance", "bulk-billing-incentive"),
    "... and plans and health checks": (
        "gp-attendance",
        "bulk-billing-incentive",
        "chronic-condition-plan",
        "health-check",
    ),
}
EARLIER_ITEMS = ("23", "36", "3", "965", "967", "715", "10997", "10987", "10954", "81105")


def rows() -> list[Row]:
    found = []
    for name, families in FAMILIES.items():
        histories = _histories(random.Random(3))
        _judge(2_000, families, histories)
        quarter, half, whole = (_judge(count, families, histories) for count in (COUNT // 4, COUNT // 2, COUNT))
        rate = COUNT / whole[0]
        slope = (whole[0] / COUNT) / (quarter[0] / (COUNT // 4))
        note = f"25k {quarter[0]:.1f} s, 50k {half[0]:.1f} s, 100k {whole[0]:.1f} s; {whole[1]:,} findings"
        found += [
            Row(f"assess: {name}", f"{rate:,.0f}/s", "5,000/s", rate / 5_000, ">= 1", note),
            Row(
                "  time of one service, 100k / 25k: the slope", f"{whole[0] / COUNT * 1e6:.0f} us", "", slope, "<= 1.1"
            ),
        ]
    return found


def _judge(count: int, families: tuple[str, ...], histories: list[tuple[EarlierService, ...]]) -> tuple[float, int]:
    """Return the seconds of judging `count` services, and how many findings came of it."""
    rulebook, chosen = load_rulebook(), random.Random(5)
    spent, findings = 0.0, 0
    for number in range(count // TOGETHER):
        service = _session(number, frozenset(families), histories, chosen)
        began = time.process_time()
        judged = assess(service, rulebook)
        spent += time.process_time() - began
        findings += sum(map(_kept, judged))
    return spent, findings


def _kept(judged: Assessment) -> int:
    return sum(len(item.findings) for item in (*judged.fitting, *judged.next_items))


def _histories(chosen: random.Random) -> list[tuple[EarlierService, ...]]:
    """Five years before the sessions, twelve services a year, of five hundred people."""
    return [
        tuple(
            EarlierService(
                item_number=chosen.choice(EARLIER_ITEMS),
                date_of_service=FIRST_DAY - timedelta(days=chosen.randrange(1, 5 * 365)),
            )
            for _ in range(5 * PER_YEAR)
        )
        for _ in range(500)
    ]


def _session(
    number: int, families: frozenset[str], histories: list[tuple[EarlierService, ...]], chosen: random.Random
) -> GroupService:
    day = FIRST_DAY + timedelta(days=number % 365)
    starts = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
    ends = starts + timedelta(minutes=120)
    people = []
    for index in range(TOGETHER):
        seen = starts + timedelta(minutes=12 * index)
        consult = Consult(starts_at=seen, ends_at=seen + timedelta(seconds=chosen.randrange(200, 720)))
        people.append(
            Attendee(
                reference=str(index),
                attended=True,
                arrived_at=starts,
                consults=(consult,) if chosen.random() < 0.9 else (),
                born_on=date(1960, 1, 1),
                indigenous_status="1",
                coverage="medicare",
                benefit_assigned=True,
                note_done=True,
                history=histories[chosen.randrange(len(histories))],
            )
        )
    return GroupService(
        reference=str(number),
        date_of_service=day,
        timezone="Australia/Sydney",
        starts_at=starts,
        ends_at=ends,
        provider=Provider(
            reference="clinician", profession=Profession.GENERAL_PRACTITIONER, provider_number="2447781L"
        ),
        presence=(Interval(starts_at=starts, ends_at=ends),),
        is_consulting_rooms=True,
        modality="in-person",
        item_families=families,
        attendees=tuple(people),
        modified_monash=4,
    )
