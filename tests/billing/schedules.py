"""Small invented schedule files in the shape of the published one. Item numbers and fees are made up."""

from datetime import date
from io import BytesIO

from billing.mbs.schedule import Schedule, read_schedule

DAY = date(2025, 7, 1)


def normal(number: str, fee: str, **changes: str | None) -> dict[str, str | None]:
    """A record with a normal fee, paid in full."""
    return {
        "ItemNum": number,
        "ItemStartDate": "01.12.1989",
        "ItemEndDate": "",
        "Category": "1",
        "Group": "Z1",
        "SubGroup": "",
        "ItemType": "S",
        "FeeType": "N",
        "ProviderType": "",
        "BenefitType": "E",
        "BenefitStartDate": "01.11.2004",
        "FeeStartDate": "01.07.2025",
        "ScheduleFee": fee,
        "Benefit100": fee,
        "DescriptionStartDate": "01.05.2010",
        "Description": "Attendance of the invented kind—each attendance",
        **changes,
    }


def derived(number: str, text: str, **changes: str | None) -> dict[str, str | None]:
    """A record whose fee is a sentence."""
    gone = {"FeeStartDate": None, "ScheduleFee": None, "Benefit100": None}
    return normal(number, "", **gone, FeeType="D", BenefitType="D", DerivedFee=text, **changes)


def xml(*records: dict[str, str | None], encoding: str = "UTF-8") -> bytes:
    body = "".join(
        "<Data>" + "".join(f"<{key}>{text}</{key}>" for key, text in record.items() if text is not None) + "</Data>"
        for record in records
    )
    return f'<?xml version="1.0" encoding="{encoding}"?><MBS_XML>{body}</MBS_XML>'.encode(encoding)


def schedule(*records: dict[str, str | None]) -> Schedule:
    return read_schedule(BytesIO(xml(*records)), effective_on=DAY)
