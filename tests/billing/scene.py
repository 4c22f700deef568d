"""Builds a service from the plain words of a case file. Everything left out is as it should be on a good day."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing import Attendee, Consult, EarlierService, GroupService, Interval, Profession, Provider, Referral

ALL_FAMILIES = ("gp-attendance", "group-allied-health", "health-check", "nurse-follow-up")
SERVICE_WORDS = {"date", "zone", "place", "mode", "clinician", "number", "families", "session", "presence"}
SERVICE_WORDS |= {"patient", "others_seen", "others_present", "area", "policy", "elsewhere"}
PATIENT_WORDS = {
    "name",
    "came",
    "arrived",
    "left",
    "seen",
    "cover",
    "agreement",
    "note",
    "status",
    "before",
    "born",
    "expect",
    "referred",
    "registered",
    "billing",
}


class Scene:
    """One day at one place: turns "10:26" into an instant there."""

    def __init__(self, day: date, zone: str) -> None:
        self.day, self.zone = day, ZoneInfo(zone)

    def at(self, clock: str) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(clock), self.zone).astimezone(UTC)

    def interval(self, words: str) -> Interval:
        starts, ends = words.split("-")
        return Interval(starts_at=self.at(starts), ends_at=self.at(ends))

    def consult(self, words: str) -> Consult:
        """Read "10:26-10:33", perhaps followed by "interrupted" or "later"."""
        span, *marks = words.split()
        assert set(marks) <= {"interrupted", "later"}
        whole = self.interval(span)
        return Consult(
            starts_at=whole.starts_at,
            ends_at=whole.ends_at,
            interrupted="interrupted" in marks,
            recorded_after="later" in marks,
        )

    def patient(self, table: dict[str, Any], profession: Profession) -> Attendee:
        assert table.keys() <= PATIENT_WORDS, table.keys() - PATIENT_WORDS
        came = table.get("came", True)
        arrived = table.get("arrived", "10:00" if came else None)
        return Attendee(
            reference=table.get("name", "P01"),
            attended=came,
            arrived_at=self.at(arrived) if arrived else None,
            left_at=self.at(table["left"]) if "left" in table else None,
            consults=tuple(self.consult(each) for each in table.get("seen", [])),
            born_on=table.get("born"),
            indigenous_status=table.get("status", "9"),
            coverage=table.get("cover", "medicare"),
            benefit_assigned=table.get("agreement", True),
            note_done=table.get("note", True),
            history=tuple(_earlier(each) for each in table.get("before", [])),
            referrals=tuple(
                _referral(each, profession) for each in table.get("referred", [str(self.day - timedelta(days=30))])
            ),
            is_my_medicare_here={"here": True, "no": False, "unknown": None}[table.get("registered", "here")],
            billing=table.get("billing", "bulk"),
        )


def _earlier(words: str) -> EarlierService:
    number, day, *source = words.split()
    return EarlierService(
        item_number=number, date_of_service=date.fromisoformat(day), known_from=source[0] if source else "here"
    )


def _referral(words: str, profession: Profession) -> Referral:
    """Read "2026-05-01", perhaps with "from 2026-06-01", "6 months", "5 services", "indefinite", "to dietitian"."""
    issued, *rest = words.split()
    marks = " ".join(rest)
    months, services = re.search(r"(\d+) months", marks), re.search(r"(\d+) services", marks)
    first, to = re.search(r"from (\S+)", marks), re.search(r"to (\S+)", marks)
    return Referral(
        profession=Profession(to[1]) if to else profession,
        issued_on=date.fromisoformat(issued),
        months=int(months[1]) if months else None,
        is_indefinite="indefinite" in marks,
        services=int(services[1]) if services else None,
        first_used_on=date.fromisoformat(first[1]) if first else None,
    )


def service(table: dict[str, Any]) -> GroupService:
    """Build the service of a case. `others_seen` people precede, about 7 minutes each; `others_present` just sit."""
    assert table.keys() <= SERVICE_WORDS, table.keys() - SERVICE_WORDS
    scene = Scene(table.get("date", date(2026, 11, 24)), table.get("zone", "Australia/Sydney"))
    session = scene.interval(table.get("session", "10:00-11:30"))
    profession = Profession(table.get("clinician", "general-practitioner"))
    people = [scene.patient(each, profession) for each in table["patient"]]
    plain = scene.patient({"name": "other"}, profession)
    for index in range(table.get("others_seen", 0)):
        starts = session.starts_at + timedelta(minutes=7 * index)
        # Nobody's minutes are like another's: equal lengths are a case of their own.
        consult = Consult(starts_at=starts, ends_at=starts + timedelta(minutes=7, seconds=-index))
        people.append(replace(plain, reference=f"seen {index}", consults=(consult,)))
    sitting = replace(plain, arrived_at=session.starts_at)
    people += [replace(sitting, reference=f"present {index}") for index in range(table.get("others_present", 0))]
    presence = [scene.interval(each) for each in table["presence"]] if "presence" in table else [session]
    return GroupService(
        reference="S1",
        date_of_service=scene.day,
        timezone=str(scene.zone),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        provider=Provider(
            reference="clinician",
            profession=profession,
            provider_number=table.get("number", "2447781L") or None,
        ),
        presence=tuple(presence),
        is_consulting_rooms=table.get("place", "rooms") == "rooms",
        modality=table.get("mode", "in-person"),
        item_families=frozenset(table.get("families", ALL_FAMILIES[:2])),
        attendees=tuple(people),
        modified_monash=table.get("area"),
        individual_items=table.get("policy", "yes"),
        elsewhere=tuple(scene.interval(each) for each in table.get("elsewhere", [])),
    )
