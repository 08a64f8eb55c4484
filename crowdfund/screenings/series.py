"""Several screenings at once, as cinemas plan a week: the same film, hall and terms at many hours, all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from crowdfund.database import atomic
from crowdfund.people.models import Organisation
from crowdfund.screenings.hours import SERIES_MAX, WrongHours
from crowdfund.screenings.models import Auditorium, Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.screenings.programme import Conditions, Showing, make_screening
from crowdfund.titles.models import Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Conditions):
    """What all of a series share. doors_minutes: before each start; closes_minutes: after it, below zero before it."""

    doors_minutes: int
    length_minutes: int
    closes_minutes: int

    def at(self, starts_at: datetime) -> Showing:
        """One showing on these terms."""
        return Showing(
            starts_at=starts_at,
            doors_at=starts_at - timedelta(minutes=self.doors_minutes),
            ends_at=starts_at + timedelta(minutes=self.length_minutes),
            sale_closes_at=starts_at + timedelta(minutes=self.closes_minutes),
            **{one.name: getattr(self, one.name) for one in fields(Conditions)},
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
