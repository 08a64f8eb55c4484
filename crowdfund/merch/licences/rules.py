"""What a licence allows, to the second, and which of two can't be at once: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.merch.licences.models import BY_CLOCK, EVERYWHERE, HELD, Exclusivity, LicenceState
from crowdfund.refusal import Sentence

S = LicenceState


@dataclass(frozen=True, slots=True)
class Right:
    """A licence as offers, orders and royalties need it. countries: two letters each, `*` for everywhere. state: as written down."""

    licence_id: int
    title_id: int
    licensor_id: int
    licensee_id: int
    state: str
    exclusivity: str
    category: str
    royalty_bps: int
    minimum_minor: int
    currency: str
    unit_cap: int | None
    units_sold: int
    starts_at: datetime
    ends_at: datetime
    sell_off_days: int
    badge: str
    product_ids: frozenset[int]
    countries: frozenset[str]

    @property
    def sold_off_at(self) -> datetime:
        """From when on nothing may be sold any more."""
        return self.ends_at + timedelta(days=self.sell_off_days)

    @property
    def units_left(self) -> int | None:
        """None: as many as it likes."""
        return None if self.unit_cap is None else self.unit_cap - self.units_sold

    def covers(self, country: str) -> bool:
        return EVERYWHERE in self.countries or country in self.countries


def by_clock(state: str, starts_at: datetime, ends_at: datetime, sell_off_days: int, now: datetime) -> LicenceState:
    """Where the days of a licence that a shop holds have taken it, whether or not anybody has written it down yet.

    Resuming a suspended one leads here too. A state that no day changes stays as it is.
    """
    if state not in (*BY_CLOCK, S.SUSPENDED):
        return S(state)
    if now >= ends_at + timedelta(days=sell_off_days):
        return S.ENDED
    if state == S.SUSPENDED:
        return S.SUSPENDED
    return _by_days(starts_at, ends_at, now)


def when_resumed(starts_at: datetime, ends_at: datetime, sell_off_days: int, now: datetime) -> LicenceState:
    if now >= ends_at + timedelta(days=sell_off_days):
        return S.ENDED
    return _by_days(starts_at, ends_at, now)


def _by_days(starts_at: datetime, ends_at: datetime, now: datetime) -> LicenceState:
    if now < starts_at:
        return S.ACCEPTED
    return S.ACTIVE if now < ends_at else S.SELL_OFF


def standing(right: Right, now: datetime) -> LicenceState:
    return by_clock(right.state, right.starts_at, right.ends_at, right.sell_off_days, now)


def why_not(right: Right, product_id: int, country: str, now: datetime) -> Sentence | None:
    """Why this may not be sold by this licence to this country now; none where it may. country: two letters."""
    stands = standing(right, now)
    if stands == S.OFFERED:
        return Sentence("The licence was offered, and the shop has not accepted it yet.")
    if stands == S.SUSPENDED:
        return Sentence("The licence is suspended for now.")
    if stands == S.ACCEPTED:
        return Sentence("The licence has not started yet.")
    if stands not in HELD:
        return Sentence("The licence has ended.")
    if product_id not in right.product_ids:
        return Sentence("The licence is for other products.")
    if not right.covers(country):
        return Sentence("The licence is for other countries.")
    if right.units_left == 0:
        return Sentence("All that the licence allows were sold.")
    return None


def may_make_more(right: Right, now: datetime) -> bool:
    """Whether stock may grow: in the sell-off only what is made already is sold."""
    return standing(right, now) in (S.ACCEPTED, S.ACTIVE)


def changes_at(right: Right, now: datetime) -> datetime | None:
    """The next moment at which another answer may come without anybody doing anything; none where there is none."""
    if right.state not in (*BY_CLOCK, S.SUSPENDED):
        return None
    return min((at for at in (right.starts_at, right.ends_at, right.sold_off_at) if at > now), default=None)


# --- two at once ---


@dataclass(frozen=True, slots=True)
class Claim:
    """What a licence reserves: of which products, where and when. categories: of its products. category: of its exclusive right."""

    exclusivity: str
    category: str
    product_ids: frozenset[int]
    categories: frozenset[str]
    countries: frozenset[str]
    starts_at: datetime
    ends_at: datetime


def clash(one: Claim, other: Claim) -> bool:
    """Whether two licences of one title can't be at once, as one of them is to be the only one.

    Days of selling off don't count: an exclusive right ends with the licence, and the next one may begin.
    """
    if not (one.starts_at < other.ends_at and other.starts_at < one.ends_at):
        return False
    everywhere = EVERYWHERE in one.countries or EVERYWHERE in other.countries
    if not everywhere and not one.countries & other.countries:
        return False
    return _shuts_out(one, other) or _shuts_out(other, one)


def _shuts_out(one: Claim, other: Claim) -> bool:
    if one.exclusivity == Exclusivity.NONE:
        return False
    if one.product_ids & other.product_ids:
        return True
    return one.exclusivity == Exclusivity.CATEGORY and one.category in other.categories


def clashes(wish: Claim, others: Iterable[tuple[int, Claim]]) -> Collection[int]:
    """The licences, by id, that a new one can't stand beside."""
    return [licence_id for licence_id, claim in others if clash(wish, claim)]
