"""Reading the published schedule: what is taken from it, what is warned of, what is refused."""

import gzip
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from billing.mbs.schedule import ScheduleProblem, anomalies, read_items, read_schedule
from tests.billing.schedules import DAY, derived, normal, schedule, xml

SHARED_TEXT = "The fee for item 90001, plus $9.30 divided by the number of patients seen."


def read(data: bytes, **options: int) -> list[str]:
    return [item.number for item in read_items(BytesIO(data), **options)]


def test_an_item_is_read_with_its_fee_in_cents_and_its_dates() -> None:
    item = schedule(normal("90001", "43.90", Benefit85="37.35", BenefitType="E")).items["90001"]
    assert (item.schedule_fee_cents, item.benefit_cents_by_percent) == (4390, {85: 3735, 100: 4390})
    assert (item.fee_type, item.item_starts_on, item.item_ends_on) == ("N", date(1989, 12, 1), None)
    assert item.description == "Attendance of the invented kind—each attendance"


def test_a_derived_fee_is_kept_as_its_sentence() -> None:
    item = schedule(derived("90002", SHARED_TEXT)).items["90002"]
    assert (item.schedule_fee_cents, item.derived_fee) == (None, SHARED_TEXT)


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1252", "UTF-16"])
def test_the_declared_encoding_is_believed(encoding: str) -> None:
    items = list(read_items(BytesIO(xml(normal("90001", "1.00"), encoding=encoding))))
    assert items[0].description.count("—") == 1


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.xml", tmp_path / "a.XML.gz"
    data = xml(normal("90001", "43.90"), derived("90002", SHARED_TEXT))
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    assert read_schedule(packed) == read_schedule(plain)


def test_the_day_comes_from_the_name_then_from_the_latest_fee(tmp_path: Path) -> None:
    data = xml(normal("90001", "1.00", FeeStartDate="01.01.2025"), normal("90002", "1.00"))
    named = tmp_path / "MBS-XML-20251101-version 2.XML"
    named.write_bytes(data)
    assert read_schedule(named).effective_on == date(2025, 11, 1)
    assert read_schedule(BytesIO(data)).effective_on == DAY
    assert read_schedule(named, effective_on=date(2026, 1, 1)).effective_on == date(2026, 1, 1)


GOOD = xml(normal("90001", "1.00"), normal("90002", "2.00"))
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE MBS_XML [<!ENTITY a "b">]><MBS_XML><Data>&a;</Data></MBS_XML>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not complete XML"),
        (GOOD[:-20], "not complete XML"),
        (GOOD[:400], "not complete XML"),
        (b"ItemNum,Fee\r\n23,45.05\r\n", "not complete XML"),
        (gzip.compress(GOOD, mtime=0)[:-9], "damaged or cut off"),
        (b"\x1f\x8bnot gzip at all", "damaged or cut off"),
        (gzip.compress(GOOD, mtime=0)[:60] + b"\x00" * 40, "damaged or cut off"),
        (DOCTYPE, "document type"),
        (b'<!DOCTYPE MBS_XML SYSTEM "http://example.org/x.dtd"><MBS_XML/>', "document type"),
        (b"<html><body/></html>", "not MBS_XML"),
        (b"<MBS_XML><Record10><ItemNum>1</ItemNum></Record10></MBS_XML>", "layout we do not know"),
        (b"<MBS_XML><Data><Fee><Amount>1</Amount></Fee></Data></MBS_XML>", "nested"),
        (b"<MBS_XML><Data><ScheduleFee>1.00</ScheduleFee></Data></MBS_XML>", "no item number"),
        (b"<MBS_XML><Data><ItemNum>1</ItemNum><ItemNum>2</ItemNum></Data></MBS_XML>", "twice"),
        (b"<MBS_XML><Data><ItemNum>" + b"1" * 50_000 + b"</ItemNum></Data></MBS_XML>", "longer than"),
        (b'<?xml version="1.0" encoding="klingon"?><MBS_XML/>', "encoding"),
        (b'<?xml version="1.0" encoding="shift_jis"?><MBS_XML/>', "encoding"),
    ],
)
def test_a_file_that_is_not_a_whole_schedule_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ScheduleProblem, match=reason):
        read(data)


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"<MBS_XML>" + b"<Data><ItemNum>1</ItemNum></Data>" * 50_000)
    with pytest.raises(ScheduleProblem, match="larger than 1 MB"):
        read(bomb, limit_bytes=1024 * 1024)


def test_a_small_file_made_to_keep_a_machine_busy_is_refused_early() -> None:
    with pytest.raises(ScheduleProblem, match="fields"):
        read(gzip.compress(b"<MBS_XML><Data>" + b"".join(b"<f%d>x</f%d>" % (n, n) for n in range(200))))
    with pytest.raises(ScheduleProblem, match="60,000 items"):
        read(gzip.compress(b"<MBS_XML>" + b"<Data><ItemNum>3</ItemNum></Data>" * 60_001))
    with pytest.raises(ScheduleProblem, match="holds nothing"):
        read(gzip.compress(b"") * 2_000, limit_bytes=20_000)


def test_a_file_without_items_or_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScheduleProblem, match="no items"):
        read_schedule(BytesIO(b"<MBS_XML></MBS_XML>"))
    with pytest.raises(ScheduleProblem, match="cannot be opened"):
        read_schedule(tmp_path / "missing.xml")
    with pytest.raises(ScheduleProblem, match="give the date"):
        read_schedule(BytesIO(xml(derived("90002", SHARED_TEXT))))


def test_items_come_while_the_file_is_still_being_read() -> None:
    endless = BytesIO(xml(*(normal(str(number), "1.00") for number in range(90_000, 91_000)))[:-30])
    items = read_items(endless)
    assert next(items).number == "90000"
    with pytest.raises(ScheduleProblem, match=r"after (999|1000) items"):
        list(items)


def test_a_sound_file_raises_no_warning() -> None:
    sound = schedule(
        normal("90001", "43.90"),
        derived("90002", SHARED_TEXT),
        normal("90003", "93.25", BenefitType="B", Benefit100=None, Benefit85="79.30"),
        normal("90004", "23.20", BenefitType="C", Benefit100=None, Benefit75="17.40", Benefit85="19.75"),
    )
    assert anomalies(sound) == []


def test_a_benefit_capped_alike_on_several_items_is_no_oddity_but_a_single_one_is() -> None:
    def dear(number: str, benefit: str) -> dict[str, str | None]:
        return normal(number, "1000.00", BenefitType="B", Benefit100=None, Benefit85=benefit)

    assert anomalies(schedule(dear("90001", "900.00"), dear("90002", "900.00"))) == []
    assert [one.item_number for one in anomalies(schedule(dear("90001", "900.00")))] == ["90001"]
    odd = anomalies(schedule(dear("90001", "900.00"), dear("90002", "900.00"), dear("90003", "910.00")))
    assert [(one.item_number, one.field) for one in odd] == [("90003", "Benefit85")]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (normal("90001", "43.9"), "ScheduleFee"),
        (normal("90001", "43.90", FeeStartDate="2025-07-01"), "FeeStartDate"),
        (normal("90001", "43.90", ScheduleFee=None), "ScheduleFee"),
        (normal("90001", "43.90", FeeType="D"), "DerivedFee"),
        (normal("90001", "43.90", FeeType="Q"), "FeeType"),
        (normal("90001", "43.90", BenefitType="Z"), "BenefitType"),
        (normal("90001", "43.90", BenefitType="C"), "BenefitType"),
        (normal("90001", "43.90", Benefit100="43.85"), "Benefit100"),
        (normal("90001", "93.25", BenefitType="B", Benefit100=None, Benefit85="79.25"), "Benefit85"),
    ],
)
def test_an_item_that_contradicts_itself_is_warned_of_and_still_read(record: dict[str, str | None], field: str) -> None:
    odd = schedule(record, normal("90009", "1.00"))
    assert {(one.item_number, one.field) for one in anomalies(odd)} >= {("90001", field)}
    assert all(one.item_number == "90001" for one in anomalies(odd))
    assert len(odd.items) == 2


def test_an_item_that_comes_twice_is_warned_of_and_the_first_counts() -> None:
    twice = schedule(normal("90001", "1.00"), normal("90001", "2.00"))
    assert twice.items["90001"].schedule_fee_cents == 100
    assert [one.field for one in anomalies(twice)] == ["ItemNum"]


def test_a_file_that_lost_many_items_is_warned_of() -> None:
    whole = schedule(*(normal(str(number), "1.00") for number in range(90_000, 90_100)))
    cut = schedule(*(normal(str(number), "1.00") for number in range(90_000, 90_090)))
    assert [one.field for one in anomalies(cut, whole)] == ["count"]
    assert anomalies(whole, whole) == []
