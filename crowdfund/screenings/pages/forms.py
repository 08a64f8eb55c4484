"""What cinemas and producers may send about venues, halls, titles, bookings and screenings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crowdfund import clock, money
from crowdfund.people.forms import countries
from crowdfund.screenings.bookings import NOTE_MAX
from crowdfund.screenings.hours import local_of, moment_at, zones
from crowdfund.screenings.models import Price, Screening, SingleSeats, Venue
from crowdfund.screenings.pages.rows import ladder, ladder_typed, numbers, prices, prices_typed, times
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.rules import FAIR_LADDER, read_ladder
from crowdfund.screenings.seating.plan import Plan
from crowdfund.screenings.series import Terms
from crowdfund.screenings.venues import VenueContent
from crowdfund.settings import current
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import lazy
from crowdfund.web.rate_limit import Limit

BOOKINGS = Limit("make_booking", 40, 3600, by="person")  # each is a mail to another organisation
PLANS = Limit("read_seat_plan", 60, 3600, by="person")
PEOPLE_CSV = Limit("people_csv", 20, 3600, by="person")

PLAN_TEXT_MAX = 1_000_000
ACCESS_MAX = 600
WEEKDAYS = {
    "0": lazy("Monday"), "1": lazy("Tuesday"), "2": lazy("Wednesday"), "3": lazy("Thursday"), "4": lazy("Friday"),
    "5": lazy("Saturday"), "6": lazy("Sunday"),
}  # fmt: skip
CLOSES = {
    "-1440": lazy("A day before the start"), "-120": lazy("Two hours before the start"), "-60": lazy("An hour before the start"),
    "-30": lazy("Half an hour before the start"), "0": lazy("At the start"), "15": lazy("15 minutes after the start"),
    "30": lazy("Half an hour after the start"),
}  # fmt: skip
SINGLES = [
    (SingleSeats.WARN.value, lazy("Warn"), lazy("Fans are told, and may go on.")),
    (SingleSeats.REFUSE.value, lazy("Refuse"), lazy("A choice that leaves one seat alone is not taken.")),
]


class VenueForm(Form):
    name = fields.text(max=80, min=2)
    address = fields.text(max=200, min=3)
    city = fields.text(max=80)
    country = fields.choice(countries)
    zone = fields.choice(lambda given: dict.fromkeys(zones()))
    access = fields.text(max=ACCESS_MAX, min=0, lines=True)
    key = fields.text(max=64, min=0)

    @property
    def content(self) -> VenueContent:
        return VenueContent(self.name, self.address, self.city, self.country, self.zone, self.access)


def venue_typed(venue: Venue) -> dict[str, str]:
    return {name: getattr(venue, name) for name in ("name", "address", "city", "country", "zone", "access")}


class HallForm(Form):
    """A hall from a few numbers."""

    name = fields.text(max=60)
    rows = fields.whole(min=1, max=60)
    seats_a_row = fields.whole(min=1, max=80)
    aisles_after = numbers()
    wheelchairs = fields.maybe(fields.whole(max=40))
    wheelchair_row = fields.maybe(fields.whole(min=1, max=60))
    better_rows = numbers()
    key = fields.text(max=64, min=0)


class PlanFileForm(Form):
    """A hall from a file."""

    name = fields.text(max=60)
    file = fields.document()
    key = fields.text(max=64, min=0)


class KeepPlanForm(Form):
    """What was looked at, and is kept now. plan: our own JSON, as the page before it made it."""

    name = fields.text(max=60)
    plan = fields.text(max=PLAN_TEXT_MAX)
    key = fields.text(max=64, min=0)


class HallNameForm(Form):
    name = fields.text(max=60)


class TitleForm(Form):
    name = fields.text(max=80)
    line = fields.text(max=140, min=0)
    key = fields.text(max=64, min=0)


class TitleNameForm(Form):
    name = fields.text(max=80)


class NoteForm(Form):
    note = fields.text(max=NOTE_MAX, min=0, lines=True)


class ReasonForm(Form):
    reason = fields.text(max=NOTE_MAX, min=5, lines=True)


class BlockForm(Form):
    because = fields.text(max=80, min=0)


# --- a screening ---


def _closes(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return CLOSES | given.get("closes_more", {})


class TermsForm(Form):
    """What is the same for all of a series. Read with `currency=`, `categories=` and `zone=`."""

    doors_at = fields.whole(max=360)
    ends_at = fields.whole(min=5, max=1440)
    sale_opens_at = fields.instant()
    sale_closes_at = fields.choice(_closes)
    currency = fields.choice(lambda given: dict.fromkeys(current().currencies))
    fee = fields.money(min_minor=0)
    per_fan_max = fields.whole(min=1, max=50)
    single_seats = fields.choice({one.value: None for one in SingleSeats})
    ladder = ladder()
    note = fields.text(max=140, min=0)
    prices = prices()
    key = fields.text(max=64, min=0)
    stamp = fields.text(max=64, min=0)

    @property
    def terms(self) -> Terms:
        """Raises WrongHours where the clocks have no such hour."""
        opens = moment_at(self.sale_opens_at.replace(tzinfo=None), self.given["zone"], field="sale_opens_at")
        return Terms(
            doors_minutes=self.doors_at, length_minutes=self.ends_at, closes_minutes=int(self.sale_closes_at), sale_opens_at=opens,
            currency=self.currency, fee_minor=self.fee, per_fan_max=self.per_fan_max, single_seats=SingleSeats(self.single_seats),
            ladder=self.ladder, note=self.note,
        )  # fmt: skip


class SeriesForm(TermsForm):
    """One screening, or a week of them."""

    first_day = fields.day()
    last_day = fields.maybe(fields.day())
    weekdays = fields.several(WEEKDAYS)
    times = times()


class DraftForm(TermsForm):
    """One that is planned already."""

    starts_at = fields.instant()


class PricesForm(Form):
    """Read with `currency=` and `categories=`."""

    prices = prices()
    stamp = fields.text(max=64, min=0)


def new_typed(plan: Plan, zone: str, currency: str) -> dict[str, Any]:
    """What stands in the form of a new screening at first."""
    opens = local_of(clock.now(), zone)
    names = [str(lazy("Full")), str(lazy("Reduced"))]
    rows = {f"price_{i}_name": name for i, name in enumerate(names, 1)}
    return {
        "doors_at": "30", "ends_at": "120", "sale_opens_at": f"{opens:%Y-%m-%dT%H:%M}", "sale_closes_at": "0", "currency": currency,
        "fee": "0", "per_fan_max": "8", "single_seats": SingleSeats.WARN.value, **rows, **ladder_typed(FAIR_LADDER),
    }  # fmt: skip


def draft_typed(screening: Screening, offered: Sequence[Price], plan: Plan, zone: str) -> dict[str, Any]:
    """A draft as its form shows it, by the clocks of its venue."""

    def minutes(first: Any, second: Any) -> str:
        return str(int((second - first).total_seconds() // 60))

    return {
        "starts_at": f"{local_of(screening.starts_at, zone):%Y-%m-%dT%H:%M}",
        "doors_at": minutes(screening.doors_at, screening.starts_at), "ends_at": minutes(screening.starts_at, screening.ends_at),
        "sale_opens_at": f"{local_of(screening.sale_opens_at, zone):%Y-%m-%dT%H:%M}",
        "sale_closes_at": minutes(screening.starts_at, screening.sale_closes_at), "currency": screening.currency,
        "fee": money.plain(screening.fee_minor, screening.currency), "per_fan_max": str(screening.per_fan_max),
        "single_seats": screening.single_seats, "note": screening.note, **ladder_typed(read_ladder(screening.refund_steps)),
        **offered_typed(offered, plan, screening.currency),
    }  # fmt: skip


def offered_typed(offered: Sequence[Price], plan: Plan, currency: str) -> dict[str, str]:
    asked = [PriceAsked(price.category_id, price.name, price.price_minor) for price in offered]
    return prices_typed(asked, plan.categories, lambda minor: money.plain(minor, currency))
