"""Limits and dates around a claim, read from `limits.toml` beside this file, where each has its source."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Limits:
    """How many vouchers a claim and services a voucher hold."""

    vouchers: int
    services_per_voucher: int
    days_to_lodge: int
    general_professions: frozenset[str]
    general_code: str
    other_code: str

    def service_type(self, profession: str) -> str:
        """The claim's service type code for a profession."""
        return self.general_code if profession in self.general_professions else self.other_code


@cache
def load_limits() -> Limits:
    """Return the limits shipped with this package."""
    table = tomllib.loads(files("sma.claims").joinpath("limits.toml").read_text(encoding="utf-8"))
    return Limits(
        vouchers=table["batch"]["vouchers"],
        services_per_voucher=table["batch"]["services_per_voucher"],
        days_to_lodge=table["lodging"]["days"],
        general_professions=frozenset(table["service-type"]["general"]),
        general_code=table["service-type"]["general_code"],
        other_code=table["service-type"]["other_code"],
    )
