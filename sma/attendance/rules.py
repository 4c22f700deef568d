"""What may be recorded about a person on the day. "Not recorded" is the absence of a row, and blocks closing."""

from enum import StrEnum


class Presence(StrEnum):
    ARRIVED = "arrived"
    LATE = "late"
    ABSENT = "absent"
    LEFT = "left"
