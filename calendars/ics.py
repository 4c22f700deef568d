"""Writes one appointment as an iCalendar object: an invitation, or its cancellation.

Everything goes through icalendar's own encoders. Order is fixed and nothing is read from the clock or made
up, so the same Event gives the same bytes. Source: RFC 5545, RFC 5546 section 3.2.
"""

from datetime import timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vRecur
from icalendar import Event as Component

from calendars.events import Event
from calendars.text import mailto, plain_line, plain_name, plain_text
from calendars.zones import Onset, zone_row

Method = Literal["REQUEST", "CANCEL"]


def invitation(event: Event, *, rsvp: bool = False) -> bytes:
    """Put the appointment into the person's calendar, or change it there (same uid, higher sequence).

    With `rsvp` the calendar program offers Yes and No; only for clinics that read the answers.
    """
    return bytes(build(event, "REQUEST", rsvp=rsvp).to_ical(sorted=False))


def cancellation(event: Event) -> bytes:
    """Take the appointment out of the person's calendar. The event carries the raised sequence."""
    return bytes(build(event, "CANCEL", rsvp=False).to_ical(sorted=False))


def build(event: Event, method: Method, *, rsvp: bool) -> Calendar:
    """The whole object, as icalendar components in the order in which they are written."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    # Neither this nor anything else in the file says that the appointment is shared: files are forwarded.
    calendar.add("prodid", "-//SMA Scheduler//Calendars 1//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_timezone(event.timezone))
    calendar.add_component(_component(event, method, rsvp=rsvp))
    return calendar


def organiser(event: Event) -> vCalAddress:
    """The clinic's mailbox. It is also the sender of the mail and the address for answers."""
    return _party(event.organiser_name, event.organiser_address)


def attendee(event: Event, *, rsvp: bool) -> vCalAddress:
    """The one person invited. Nobody else is ever named: the list of guests is the group's membership."""
    party = _party(event.attendee_name, event.attendee_address)
    party.params["CUTYPE"] = "INDIVIDUAL"
    party.params["PARTSTAT"] = "NEEDS-ACTION"
    party.params["ROLE"] = "REQ-PARTICIPANT"
    party.params["RSVP"] = "TRUE" if rsvp else "FALSE"
    return party


def _component(event: Event, method: Method, *, rsvp: bool) -> Component:
    zone = ZoneInfo(event.timezone)
    component = Component()
    component.add("dtstamp", event.revised_at)
    component.add("created", event.created_at)
    component.add("last-modified", event.revised_at)
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("dtstart", event.starts.replace(tzinfo=zone))
    component.add("dtend", event.ends.replace(tzinfo=zone))
    component.add("summary", plain_line(event.summary))
    component.add("description", plain_text(event.description))
    component.add("location", plain_line(event.location))
    component.add("organizer", organiser(event))
    component.add("attendee", attendee(event, rsvp=rsvp))
    component.add("class", "PRIVATE")
    component.add("transp", "OPAQUE")
    # STATUS:CANCELLED in a REQUEST leaves the appointment standing in several calendars.
    component.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    component.add("x-microsoft-cdo-busystatus", "BUSY")
    component.add("x-microsoft-disallow-counter", "TRUE")
    return component


def _party(name: str, address: str) -> vCalAddress:
    party = vCalAddress(mailto(address))
    if common_name := plain_name(name):
        party.params["CN"] = common_name
    return party


@lru_cache(maxsize=32)
def _timezone(name: str) -> Timezone:
    """The zone from our checked table: one yearly pair, the only form Outlook and Thunderbird both read."""
    row = zone_row(name)
    timezone = Timezone()
    timezone.add("tzid", name)
    timezone.add_component(_onset(TimezoneStandard(), row.standard))
    if row.daylight:
        timezone.add_component(_onset(TimezoneDaylight(), row.daylight))
    return timezone


def _onset(part: TimezoneStandard | TimezoneDaylight, onset: Onset) -> TimezoneStandard | TimezoneDaylight:
    part.add("dtstart", onset.first)
    part.add("tzoffsetfrom", timedelta(minutes=onset.offset_before))
    part.add("tzoffsetto", timedelta(minutes=onset.offset_after))
    if onset.month:
        part.add("rrule", vRecur(freq="YEARLY", bymonth=onset.month, byday="1SU"))
    part.add("tzname", onset.name)
    return part
