"""Tax on what is bought, by the country that it is sent to: a simple table, and the place where a provider's answer goes in.

The platform is the merchant of record, so it withholds the tax and pays it to the state. Prices are without it; shipping carries none.
"""

from __future__ import annotations

from typing import Protocol

# Standard rates in basis points, on goods, as read in November 2026: European Union: European Commission, "VAT rates applied in the
# Member States" (taxation-customs.ec.europa.eu); others: the country's tax office, as named. A country that is not here: none is
# withheld, and its customs may ask for what is due.
_RATES_BPS = {
    # European Union
    "AT": 2000, "BE": 2100, "BG": 2000, "CY": 1900, "CZ": 2100, "DE": 1900, "DK": 2500, "EE": 2400, "ES": 2100, "FI": 2550,
    "FR": 2000, "GR": 2400, "HR": 2500, "HU": 2700, "IE": 2300, "IT": 2200, "LT": 2100, "LU": 1700, "LV": 2100, "MT": 1800,
    "NL": 2100, "PL": 2300, "PT": 2300, "RO": 2100, "SE": 2500, "SI": 2200, "SK": 2300,
    "GB": 2000,  # HM Revenue & Customs, VAT rates
    "CH": 810, "LI": 810,  # Federal Tax Administration, Mehrwertsteuer
    "NO": 2500,  # Skatteetaten, merverdiavgift
    "IS": 2400,  # Skatturinn, VSK
    "CN": 1300,  # State Taxation Administration, value added tax on goods
    "JP": 1000,  # National Tax Agency, consumption tax
    "KR": 1000,  # National Tax Service, value added tax
    "SG": 900,  # Inland Revenue Authority, GST
    "TH": 700,  # Revenue Department, VAT
    "AU": 1000,  # Australian Taxation Office, GST
    "NZ": 1500,  # Inland Revenue, GST
    "CA": 500,  # Canada Revenue Agency, the federal GST; what provinces add is for a provider
    "US": 700,  # no national rate: 0 to about 10 % by state and city; a flat 7 % until a provider knows the buyer's street
    "HK": 0,
}  # fmt: skip


class Rates(Protocol):
    """Who knows how much tax there is on something: a table, or a provider that knows each street."""

    def bps(self, country: str, category: str) -> int:
        """Basis points on the net price. country: two letters; category: of the product, as its producer has named it."""
        ...


class TableOfRates:
    """One rate a country, whatever is bought."""

    def bps(self, country: str, category: str) -> int:
        return _RATES_BPS.get(country, 0)


_rates: Rates = TableOfRates()


def rates() -> Rates:
    """Whom this site asks."""
    return _rates


def use(other: Rates) -> None:
    """Ask somebody else from now on: a provider's client, put in place where the site starts."""
    global _rates
    _rates = other
