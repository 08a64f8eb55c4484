"""A replay's fans, with API tokens and saved cards, and its funds: made in bulk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignPage, CampaignState, Sale
from crowdfund.database import as_rows, atomic, new_id
from crowdfund.people.models import Organisation
from crowdfund.replay import queries
from crowdfund.replay.dataset import Dataset, Fund
from crowdfund.sandbox.remote import control
from crowdfund.signing import fingerprint
from crowdfund.titles.models import Title

PAGE = 20_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fans:
    """fan i has id ids[i] and the token `token_of(i)`."""

    ids: list[int]

    @staticmethod
    def token_of(fan: int) -> str:
        return f"replay-fan-{fan:012d}"


async def make_fans(number: int, progress: Progress) -> Fans:
    """So many people, each with a card at the sandbox and a bearer token."""
    ids: list[int] = []
    for start in range(0, number, PAGE):
        count = min(PAGE, number - start)
        cards = await control("cards", {"count": count, "card": "ok"})
        page = [
            {
                "id": new_id(), "token_id": new_id(), "card_id": new_id(), "email": f"fan{fan}@replay.example", "name": f"Fan {fan}",
                "hash": fingerprint(Fans.token_of(fan)), "customer": customer, "method": method, "at": clock.now_us(),
            }
            for fan, customer, method in zip(
                range(start, start + count), cards["customers"], cards["payment_methods"], strict=True
            )
        ]  # fmt: skip
        await _insert(page)
        ids += [cast(int, row["id"]) for row in page]
        progress(count)
    return Fans(ids)


@atomic
async def _insert(page: list[dict[str, object]]) -> None:
    rows = as_rows(page)
    for statement in (queries.PEOPLE, queries.TOKENS, queries.CARDS):
        await statement(rows)


@atomic
async def make_funds(dataset: Dataset) -> list[Campaign]:
    """The funds as a producer left them: ready to open at their hour."""
    studio = await _studio()
    sale_id = None
    if dataset.amount_per_fan_max_minor is not None:
        sale_id = new_id()
        await Sale.create(
            id=sale_id, slug=f"sale-{sale_id}", name=dataset.name, currency=dataset.funds[0].currency,
            amount_per_fan_max_minor=dataset.amount_per_fan_max_minor,
        )  # fmt: skip
    return [await _make_fund(fund, studio, sale_id) for fund in dataset.funds]


async def _studio() -> Organisation:
    studio_id = new_id()
    return await Organisation.create(
        id=studio_id, kind="studio", slug=f"replay-{studio_id}", name="The record", country="US", state="verified",
        made_at=clock.now(),
    )  # fmt: skip


async def _make_fund(fund: Fund, studio: Organisation, sale_id: int | None) -> Campaign:
    campaign_id, now = new_id(), clock.now()
    title = await Title.create(
        id=new_id(), organisation_id=studio.id, kind="film", name=fund.name, colour="key--amber", made_at=now
    )
    campaign = await Campaign.create(
        id=campaign_id, title_id=title.id, organisation_id=studio.id, kind="film", slug=f"replay-{campaign_id}", name=fund.name,
        tagline="", state=CampaignState.PRELAUNCH, currency=fund.currency, goal_minor=fund.goal_minor, fee_bps=500,
        sale_id=sale_id, share_price_minor=fund.share_price_minor, shares_per_fan_max=fund.shares_per_fan_max,
        opens_at=fund.opens_at, closes_at=fund.closes_at, made_at=now,
    )  # fmt: skip
    await CampaignPage.create(campaign_id=campaign_id, version=1, story=fund.name, made_at=now)
    return campaign
