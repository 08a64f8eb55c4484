"""How screenings are told to fans: when and where, what is left, what a cancellation gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crowdfund import clock
from crowdfund.screenings.models import Price, Screening, ScreeningState
from crowdfund.screenings.queries import Free, Shown
from crowdfund.screenings.rules import Ladder, read_ladder
from crowdfund.web.formats import local_moment_text, money, money_short, number, rate, there_text
from crowdfund.web.i18n import _, ngettext, pgettext

FEW_LEFT = 10
S = ScreeningState


def there(moment: datetime, zone: str) -> datetime:
    """By the clocks of a place."""
    return moment.astimezone(ZoneInfo(zone))


def description_of(shown: Shown) -> str:
    """A screening in one line, for the processor's page and for calendars."""
    when = local_moment_text(shown.screening.starts_at, shown.venue.zone)
    return f"{shown.title.name} · {when} · {shown.venue.name}, {shown.hall.name}"


def price_words(prices: Sequence[Price], screening: Screening) -> dict[str, str]:
    """What a category usually costs, by its id, with the fee from the first page on: `€10.00 + €1.00 fee`."""
    return {category_id: _with_fee(minor, screening) for category_id, minor in _usual(prices).items()}


def _usual(prices: Sequence[Price]) -> dict[str, int]:
    """The first price of each category: what is reduced is chosen with the fee in sight, on the next page."""
    usual: dict[str, int] = {}
    for price in prices:
        usual.setdefault(price.category_id, price.price_minor)
    return usual


def _with_fee(minor: int, screening: Screening) -> str:
    if not minor and not screening.fee_minor:
        return _("free of charge")
    if not screening.fee_minor:
        return money(minor, screening.currency)
    return _("%(price)s + %(fee)s fee") % {
        "price": money(minor, screening.currency), "fee": money(screening.fee_minor, screening.currency)
    }  # fmt: skip


def amounts_of(prices: Sequence[Price], screening: Screening) -> dict[str, int]:
    """What a place of a category usually costs with its fee, in minor units, by its id."""
    return {category_id: minor + screening.fee_minor for category_id, minor in _usual(prices).items()}


def standing_words(screening: Screening, free: Free | None, zone: str) -> str:
    """In a few words, whether there is something to be had."""
    now = clock.now()
    if screening.state == S.CANCELLED:
        return _("Cancelled")
    if screening.state == S.RESCHEDULED:
        return _("Moved to another time")
    if screening.state in (S.SCREENED, S.SETTLED) or screening.ends_at <= now:
        return pgettext("screening", "Shown")
    if screening.state == S.ON_SALE and now < screening.sale_opens_at:
        opens = local_moment_text(screening.sale_opens_at, zone)
        return _("Tickets from %(when)s on") % {"when": opens}
    if screening.state != S.ON_SALE or now >= screening.sale_closes_at:
        return _("The sale is closed")
    if free is None:
        return _("On sale")
    if free.left > FEW_LEFT:
        return _("%(num)s places free") % {"num": number(free.left)}
    if free.left:
        return ngettext("Only %(num)s place free", "Only %(num)s places free", free.left) % {"num": number(free.left)}
    if free.back_at is not None:
        back = there(clock.from_us(free.back_at), zone)
        return _("All in carts: the next may come back at %(time)s") % {"time": f"{back:%H:%M}"}
    return _("Sold out")


def why_not(screening: Screening) -> str:
    """What somebody reads who comes to a screening that sells nothing any more, below what it is called."""
    if screening.state == S.CANCELLED:
        return _("The cinema has cancelled it. Whoever has a ticket was asked: another screening, or all of the money.")
    if screening.state == S.RESCHEDULED:
        return _("It takes place at another hour. Whoever has a ticket was asked whether that is all right.")
    if screening.state in (S.SCREENED, S.SETTLED) or screening.ends_at <= clock.now():
        return _("This evening is over.")
    return _("Nothing more is sold for this evening. Who has a ticket comes in.")


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the refund ladder. until: by when a cancellation gives this much back, in the venue's time."""

    until: datetime
    bps: int
    words: str


def ladder_of(steps: str, starts_at: datetime, zone: str) -> list[Step]:
    """What a fan's own cancellation gives back, step by step."""
    ladder: Ladder = read_ladder(steps)
    rungs = []
    for hours, bps in ladder:
        until = starts_at - timedelta(hours=hours)
        when = there_text(until, zone)
        if bps == 10_000:
            words = _("until %(when)s all of it, with the fee") % {"when": when}
        else:
            words = _("until %(when)s %(share)s of what you paid") % {"when": when, "share": rate(bps)}
        rungs.append(Step(until, bps, words))
    return rungs


def ladder_sentence(steps: str, starts_at: datetime, zone: str) -> str:
    """The ladder in one sentence, for beside the button."""
    rungs = ladder_of(steps, starts_at, zone)
    if not rungs:
        return _(
            "You can't send these tickets back. If the cinema cancels or moves the screening, you get everything back."
        )
    said = "; ".join(rung.words for rung in rungs)
    return _("Tickets can be sent back: %(steps)s. If the cinema cancels or moves the screening: everything.") % {
        "steps": said
    }


def price_line(price: Price, currency: str) -> str:
    return f"{price.name} · {money_short(price.price_minor, currency)}"
