"""Small invented schedule files in the shape of the published one. Item numbers and fees are made up."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from billing import NoVersion, Rulebook
from billing.items import ItemVersion
from billing.mbs.schedule import Schedule, ours_on, read_schedule

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


def release(
    day: date,
    rulebook: Rulebook,
    planted: Mapping[str, dict[str, str | None] | None] | None = None,
    *,
    count: int = 6045,
) -> dict[str, dict[str, str | None]]:
    """The records of a whole release: our items as we hold them that day, and others to fill it up.

    `planted` changes fields of an item, as in `{"i23": {"ScheduleFee": "46.20"}}`; None takes the item out.
    """
    records = {}
    for item in rulebook.items:
        try:
            records[item.number] = _published(item.on(day), rulebook)
        except NoVersion:
            continue
    for spare in range(count - len(records)):
        filler = str(900_000 + spare)
        records[filler] = normal(filler, "10.00")
    for name, changes in (planted or {}).items():
        number = name.removeprefix("i")
        if changes is None:
            del records[number]
        else:
            records[number] = records.get(number, normal(number, "10.00")) | changes
    return records


def raised(cents: int, **changes: str | None) -> dict[str, str | None]:
    """The fields of a new fee that is paid in full from 1 November 2026."""
    fee = f"{cents / 100:.2f}"
    return {"ScheduleFee": fee, "Benefit100": fee, "FeeStartDate": "01.11.2026", **changes}


def _published(version: ItemVersion, rulebook: Rulebook) -> dict[str, str | None]:
    if version.derived_fee is not None:
        terms = ours_on(rulebook, version.starts_on)[version.number].derived_terms
        return derived(version.number, " ".join(terms), Group=f"O{version.number}") | {
            "BenefitType": version.benefit_type
        }
    amounts = {f"Benefit{percent}": f"{cents / 100:.2f}" for percent, cents in version.benefit_cents_by_percent.items()}
    return normal(
        version.number,
        f"{(version.schedule_fee_cents or 0) / 100:.2f}",
        # A group of its own: what fills the file up is published beside none of ours.
        Group=f"O{version.number}",
        BenefitType=version.benefit_type,
        FeeStartDate=f"{version.starts_on:%d.%m.%Y}",
        **{"Benefit100": None, **amounts},
    )
