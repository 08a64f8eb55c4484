"""Several screenings at once, as cinemas plan a week: the same film, hall and terms at many hours, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crowdfund.database import atomic
from crowdfund.people.models import Organisation
from crowdfund.screenings import rules
from crowdfund.screenings.hours import SERIES_MAX, WrongHours
from crowdfund.screenings.models import Auditorium, Screening, SingleSeats
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import Showing, make_screening
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True)
class Terms:
    """What all of a series share. closes_minutes: after each start; below zero before it. sale_opens_at: aware, the same for all."""

    doors_minutes: int
    length_minutes: int
    closes_minutes: int
    sale_opens_at: datetime
    currency: str
    fee_minor: int = 0
    per_fan_max: int = 8
    single_seats: SingleSeats = SingleSeats.WARN
    ladder: rules.Ladder = rules.FAIR_LADDER
    note: str = ""

    def at(self, starts_at: datetime) -> Showing:
        """One showing on these terms."""
        return Showing(
            starts_at=starts_at,
            doors_at=starts_at - timedelta(minutes=self.doors_minutes),
            ends_at=starts_at + timedelta(minutes=self.length_minutes),
            sale_opens_at=self.sale_opens_at,
            sale_closes_at=starts_at + timedelta(minutes=self.closes_minutes),
            currency=self.currency,
            fee_minor=self.fee_minor,
            per_fan_max=self.per_fan_max,
            single_seats=self.single_seats,
            ladder=self.ladder,
            note=self.note,
        )


@atomic
async def make_series(
    title: Title,
    cinema: Organisation,
    hall: Auditorium,
    starts: Sequence[datetime],
    terms: Terms,
    prices: Sequence[PriceAsked],
    *,
    by: int,
    key: str,
) -> list[Screening]:
    """Drafts at each of these moments, all or none; the same key answers the same ones. Raises as `make_screening`."""
    if not starts:
        raise WrongHours("Say when it starts.", field="times")
    if len(starts) > SERIES_MAX:
        raise WrongHours("At most {most} screenings at once.", field="times", most=SERIES_MAX)
    wish = f"{key}:{len(starts)}"
    return [
        await make_screening(title, cinema, hall, terms.at(at), prices, by=by, key=f"{wish}:{number}")
        for number, at in enumerate(starts)
    ]
