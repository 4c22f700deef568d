"""Limits and dates around a claim, read from `limits.toml` beside this file, where each has its source."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from billing.exports.checks import FormLimits


@dataclass(frozen=True)
class Limits:
    """How many vouchers a claim and services a voucher hold."""

    vouchers: int
    services_per_voucher: int
    general_professions: frozenset[str]
    general_code: str
    other_code: str
    medicare: FormLimits
    dva: FormLimits

    def form(self, billing_type: str) -> FormLimits:
        """What the claim form of that payer allows."""
        return self.dva if billing_type == "dva" else self.medicare

    def service_type(self, profession: str) -> str:
        """The claim's service type code for a profession."""
        return self.general_code if profession in self.general_professions else self.other_code


@cache
def load_limits() -> Limits:
    """Return the limits shipped with this package."""
    table = tomllib.loads(files("sma.claims").joinpath("limits.toml").read_text(encoding="utf-8"))
    lodging, fields = table["lodging"], {name: n for name, n in table["fields"].items() if name != "source"}
    medicare = FormLimits(
        days=lodging["days"],
        since=lodging["from"],
        earlier_days=lodging["earlier_days"],
        warn_days=lodging["warn_days"],
        **fields,
    )
    days = table["dva"]["days"]
    return Limits(
        vouchers=table["batch"]["vouchers"],
        services_per_voucher=table["batch"]["services_per_voucher"],
        general_professions=frozenset(table["service-type"]["general"]),
        general_code=table["service-type"]["general_code"],
        other_code=table["service-type"]["other_code"],
        medicare=medicare,
        dva=replace(medicare, days=days, earlier_days=days),
    )
