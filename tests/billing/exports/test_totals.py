"""Every format of a batch comes to the same cents, counted from what stands in the file and not from its header."""

import csv
import io
import json
import random
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.exports import EXPORTS, HEADER, Line, numbered, voiding
from tests.billing.exports.batches import make_batch, make_line


def cents(amount: Any) -> int:
    exact = Decimal(str(amount)) * 100
    assert exact == int(exact)
    return int(exact)


def in_csv(content: bytes) -> int:
    return sum(cents(row["charge_amount"]) for row in csv.DictReader(io.StringIO(content.decode(), newline="")))


def in_xlsx(content: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = book["Lines"].iter_rows(min_row=2, values_only=True)
    return sum(cents(round(row[HEADER.index("charge_amount")], 2)) for row in rows)


def in_json(content: bytes) -> int:
    found = json.loads(content)
    events = [event for claim in found["claims"] for event in claim["claim"]["medicalEvent"]]
    charged = sum(int(service["chargeAmount"]) for event in events for service in event["service"])
    return charged - sum(int(each["service"]["chargeAmount"]) for each in found["withdrawals"])


def in_fhir(content: bytes) -> int:
    found = json.loads(content, parse_float=Decimal)
    claims = [each["resource"] for each in found["entry"] if each["resource"]["resourceType"] == "Claim"]
    for claim in claims:
        assert sum(cents(item["net"]["value"]) for item in claim["item"]) == cents(claim["total"]["value"])
    return sum(cents(claim["total"]["value"]) * (-1 if claim["status"] == "cancelled" else 1) for claim in claims)


COUNTED = {"csv": in_csv, "xlsx": in_xlsx, "json": in_json, "fhir": in_fhir}


def lines(chance: random.Random) -> tuple[Line, ...]:
    made = []
    for number in range(chance.randrange(1, 25)):
        amount = chance.choice([1, 5, 4505, 735, chance.randrange(1, 100_000)])
        line = make_line(
            number % 7, charge_cents=amount, benefit_cents=amount, voucher_id=f"{number + 1:02d}", mbs_item=str(number)
        )
        made.append(voiding(line, "B20261101-01") if chance.random() < 0.2 else line)
    return numbered(made)


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False))
def test_all_formats_of_a_batch_come_to_the_same_cents(chance: random.Random) -> None:
    proposed = lines(chance)
    net = sum(-line.charge_cents if line.kind == "void" else line.charge_cents for line in proposed)
    assert sorted(COUNTED) == sorted(EXPORTS)
    for name, counted in COUNTED.items():
        stream = io.BytesIO()
        totals = EXPORTS[name].write(make_batch(proposed), stream)
        assert (name, counted(stream.getvalue()), totals.charge_cents) == (name, net, net)
        assert totals.row_count == len(proposed)
