"""Amounts: what is sent has one reading or none; what a person types may have a decimal comma where it can't be mistaken."""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdfund import money, settings


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("15", "EUR", 15_00),
        ("15.5", "EUR", 15_50),
        ("15.50", "EUR", 15_50),
        ("0", "EUR", 0),
        ("5000", "JPY", 5_000),
        ("1.250", "KWD", 1_250),
    ],
)
def test_plain_digits_are_read_by_both_rules(typed: str, currency: str, minor: int) -> None:
    assert money.parse(typed, currency) == money.understand(typed, currency) == minor


@pytest.mark.parametrize(("typed", "minor"), [("15,50", 15_50), ("1000,50", 1_000_50), ("0,99", 99)])
def test_a_decimal_comma_is_understood_from_people_and_refused_from_programs(typed: str, minor: int) -> None:
    assert money.understand(typed, "EUR") == minor
    with pytest.raises(money.AmountNotUnderstood):
        money.parse(typed, "EUR")


@pytest.mark.parametrize(
    ("typed", "currency", "why"),
    [
        ("1,000", "EUR", "grouped"),
        ("1,000", "KWD", "grouped"),
        ("5,000", "JPY", "grouped"),
        ("1.000,50", "EUR", "grouped"),
        ("1,000.50", "EUR", "grouped"),
        ("1 000", "EUR", "grouped"),
        ("15,5", "EUR", "digits"),
        ("15,505", "EUR", "grouped"),
        ("15.5051", "EUR", "digits"),
        ("1500.505", "EUR", "decimals"),
        ("50.5", "JPY", "decimals"),
        ("-5", "EUR", "negative"),
        ("\u22125,00", "EUR", "negative"),
        ("1234567890123", "EUR", "too_large"),
        ("999999999999.99", "EUR", "too_large"),
        ("1e5", "EUR", "digits"),
        ("\uff11\uff12", "EUR", "digits"),
        ("NaN", "EUR", "digits"),
        ("\u20ac5", "EUR", "digits"),
        ("5_000", "EUR", "digits"),
        (",50", "EUR", "digits"),
    ],
)
def test_everything_else_is_refused_by_the_name_of_what_is_wrong(typed: str, currency: str, why: str) -> None:
    with pytest.raises(money.AmountNotUnderstood) as refused:
        money.understand(typed, currency)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("currency", "offered"),
    [
        ("EUR", True),
        ("JPY", True),
        ("CNY", True),
        ("KWD", False),
        ("ISK", False),
        ("UGX", False),
        ("XXZ", False),
        ("", False),
    ],
)
def test_funds_are_kept_in_currencies_that_all_count_alike(currency: str, offered: bool, tmp_path: Path) -> None:
    asked = {"CROWDFUND_CURRENCIES": f"EUR,{currency}", "CROWDFUND_DATA": str(tmp_path)}
    if offered:
        assert currency in settings.read(asked).currencies
    else:
        with pytest.raises(settings.SettingsError, match="CROWDFUND_CURRENCIES"):
            settings.read(asked)
