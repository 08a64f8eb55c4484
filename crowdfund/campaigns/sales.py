"""Sales: several funds in which one fan may give so much together, and no more. Staff makes them; a fund joins before it opens."""

from __future__ import annotations

from crowdfund import money
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign, CampaignState, Sale
from crowdfund.campaigns.rules import slug_of
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, NotFound, Refusal
from crowdfund.settings import current

S = CampaignState
# While nothing can have been pledged: what a fan may give must not shrink under her.
CAN_JOIN = {S.DRAFT, S.SUBMITTED, S.CHANGES_REQUESTED, S.APPROVED, S.PRELAUNCH}


class FundHasOpened(Refusal):
    pass


class CapTooSmall(Refusal):
    """A fan could not take a single share."""


async def sale_by_slug(slug: str) -> Sale:
    """Raises NotFound."""
    found = await Sale.get_or_none(slug=slug)
    if found is None:
        raise NotFound("There is no such sale.")
    return found


async def sale_of(campaign: Campaign) -> Sale | None:
    """The sale that a fund belongs to, if it belongs to one."""
    return await Sale.get_or_none(id=campaign.sale_id) if campaign.sale_id is not None else None


@atomic
async def make_sale(*, name: str, currency: str, amount_per_fan_max_minor: int, by: int) -> Sale:
    """A new sale. amount_per_fan_max_minor: what one fan may give to all its funds together; it never changes.

    Raises Invalid for a currency that is not offered, and for less than a single charge can be.
    """
    if currency not in current().currencies:
        offered = ", ".join(current().currencies)
        raise Invalid("Funds are kept in {currencies}.", field="currency", currencies=offered)
    if amount_per_fan_max_minor < (least_minor := money.charge_min_minor(currency)):
        least = money.Amount(least_minor, currency)
        raise Invalid("The least that can be charged is {least}.", field="most", least=least)
    sale_id = new_id()
    slug = slug_of(name, public(sale_id))
    if await Sale.exists(slug=slug):
        slug = f"{slug}-{public(sale_id)[:5]}"
    sale = await Sale.create(
        id=sale_id, slug=slug, name=name, currency=currency, amount_per_fan_max_minor=amount_per_fan_max_minor
    )
    after = {"name": name, "currency": currency, "amount_per_fan_max_minor": amount_per_fan_max_minor}
    await record("sale_made", f"sale:{sale_id}", by=by, after=after)
    return sale


@atomic
async def join_sale(campaign_id: int, sale_id: int, *, by: int) -> None:
    """Put a fund into a sale. Raises FundHasOpened, Refusal where it is in another, Invalid, CapTooSmall."""
    campaign, sale = await _before_it_opens(campaign_id), await Sale.get(id=sale_id)
    if campaign.sale_id == sale_id:
        return
    if campaign.sale_id is not None:
        raise Refusal("This fund is in another sale. Take it out there first.", field="campaign")
    if campaign.currency != sale.currency:
        sentence = "This sale is kept in {currency}, this fund in {other}."
        raise Invalid(sentence, field="campaign", currency=sale.currency, other=campaign.currency)
    refuse_cap(sale, campaign.share_price_minor)
    await Campaign.filter(id=campaign_id).update(sale_id=sale_id)
    await record("sale_joined", f"campaign:{campaign_id}", by=by, after={"sale": sale.name})


@atomic
async def leave_sale(campaign_id: int, sale_id: int, *, by: int) -> None:
    """Take a fund out of a sale again. Raises FundHasOpened."""
    campaign, sale = await _before_it_opens(campaign_id), await Sale.get(id=sale_id)
    if campaign.sale_id != sale_id:
        return
    await Campaign.filter(id=campaign_id).update(sale_id=None)
    await record("sale_left", f"campaign:{campaign_id}", by=by, before={"sale": sale.name})


def refuse_cap(sale: Sale, share_price_minor: int | None) -> None:
    """Raises CapTooSmall where one share costs more than a fan may give to the whole sale."""
    if share_price_minor is not None and share_price_minor > sale.amount_per_fan_max_minor:
        most = money.Amount(sale.amount_per_fan_max_minor, sale.currency)
        sentence = "One share costs more than the {most} that a fan can give to the sale."
        raise CapTooSmall(sentence, field="share_price", most=most)


async def _before_it_opens(campaign_id: int) -> Campaign:
    await counters.lock_one(campaign_id)
    campaign = await Campaign.get(id=campaign_id)
    if campaign.state not in CAN_JOIN:
        raise FundHasOpened("This fund has opened: what one fan can give to it is promised.", field="campaign")
    return campaign
