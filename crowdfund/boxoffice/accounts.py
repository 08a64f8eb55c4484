"""Whose account a share comes to, and where it is found again: what was paid out already is owed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from crowdfund.ledger import Account, balance_minor, chart

AccountOf = Callable[[int, str], Account]
Part = tuple[int | None, int]  # an organisation, or none for the platform, and its amount


def account_of(organisation_id: int | None, currency: str) -> Account:
    """Of an organisation what we owe it; of none, what the platform earns."""
    return chart.fee(currency) if organisation_id is None else chart.payable(organisation_id, currency)


async def found_again(parts: Iterable[Part], currency: str) -> list[tuple[Account, int]]:
    """Where amounts are taken from, in the caller's transaction: what we owe each, and beyond that what it owes us from now on.

    parts: organisation and amount, one may stand there more than once.
    """
    return await _one_after_the_other(chart.payable, chart.receivable, parts, currency)


async def brought_to(parts: Iterable[Part], currency: str) -> list[tuple[Account, int]]:
    """Where amounts come to that were taken before: what an organisation owes us first, and then what we owe it."""
    return await _one_after_the_other(chart.receivable, chart.payable, parts, currency)


async def _one_after_the_other(
    first: AccountOf, then: AccountOf, parts: Iterable[Part], currency: str
) -> list[tuple[Account, int]]:
    """Each amount in the first account of its organisation as far as its balance reaches, the rest in the other one."""
    left: dict[int, int] = {}
    found = []
    for organisation_id, minor in parts:
        if organisation_id is None:
            found.append((chart.fee(currency), minor))
            continue
        account = first(organisation_id, currency)
        if organisation_id not in left:
            left[organisation_id] = max(0, await balance_minor(account))
        reached = min(left[organisation_id], minor)
        left[organisation_id] -= reached
        found += [(account, reached), (then(organisation_id, currency), minor - reached)]
    return [(account, minor) for account, minor in found if minor]


def split_by_sign(lines: Mapping[str, int], who: Mapping[str, int | None]) -> tuple[list[Part], ...]:
    """Lines by payee as (organisation, amount): what is given, and what is taken; both positive, in the order of `who`."""
    order = [*(key for key in who if key in lines), *sorted(set(lines) - set(who))]
    given = [(who.get(key), lines[key]) for key in order if lines[key] > 0]
    taken = [(who.get(key), -lines[key]) for key in order if lines[key] < 0]
    return given, taken
