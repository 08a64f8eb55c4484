"""Sentences that make a world for a test: `a_fan()`, `a_campaign(goal_minor=…)`, `a_pledge(campaign, amount_minor=…)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, atomic, new_id
from crowdfund.ledger.books import Finding
from crowdfund.people.passwords import hash_password
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import Made, Want

_numbers = count(1)
_hashes: dict[str, str] = {}
_PERSON = Sql("""
    INSERT INTO person (id, email, name, password_hash, stripe_customer_id, made_at, email_confirmed_at)
    VALUES ($1, $2, $3, '', $4, $5, $5)""")
_ORGANISATION = Sql("""
    INSERT INTO organisation (id, kind, slug, name, country, state, stripe_account_id, payouts_state, made_at)
    VALUES ($1, 'studio', $2, $3, 'DE', 'verified', $4, 'enabled', $5)""")
_MEMBER = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, $4, $5)")
_CARD = Sql("""
    INSERT INTO saved_card (id, person_id, stripe_payment_method_id, brand, last4, expires_month, expires_year, consent, state, made_at)
    VALUES ($1, $2, $3, 'visa', '4242', 12, 2030, $4, 'saved', $5)""")
_TITLE = Sql(
    "INSERT INTO title (id, organisation_id, kind, name, colour, made_at) VALUES ($1, $2, 'film', $3, 'key--amber', $4)"
)
_CAMPAIGN = Sql("""
    INSERT INTO campaign (id, title_id, organisation_id, kind, slug, name, tagline, state, currency, goal_minor, rule, threshold_bps,
        fee_bps, sale_id, share_price_minor, shares_per_fan_max, launched_at, closes_at, made_at)
    VALUES ($1, $2, $3, 'film', $4, $5, 'A film.', $6, $7, $8, $9, $10, 500, $11, $12, $13, $14, $15, $14)""")
_PAGE = Sql("INSERT INTO campaign_page (campaign_id, version, story, made_at) VALUES ($1, 1, 'Once upon a time.', $2)")
_TIER = Sql("""
    INSERT INTO tier (id, campaign_id, position, name, price_minor, size, per_fan_max, opens_at, closes_at, ships, delivers_on)
    VALUES ($1, $2, 0, 'Two seats', $3, $4, $5, $6, $7, $8, $9)""")
_SALE = Sql(
    "INSERT INTO sale (id, slug, name, currency, amount_per_fan_max_minor) VALUES ($1, $2, 'First sale', $3, $4)"
)


async def _do(statement: Sql, *values: object) -> None:
    await atomic(statement.__call__)(*values)


@dataclass(frozen=True)
class Fan:
    id: int
    email: str


async def hash_of(password: str) -> str:
    """Hashed once in a process: all who are made for a test have the same, and it takes as long as the rest of a short test."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    return _hashes[password]


async def a_fan(name: str = "Mei", *, customer_id: str | None = None) -> Fan:
    number = next(_numbers)
    fan = Fan(new_id(), f"{name.lower()}{number}@example.com")
    await _do(_PERSON, fan.id, fan.email, name, customer_id, clock.now_us())
    return fan


async def a_card(fan: Fan, payment_method_id: str | None = None, *, consent: str = "while_needed") -> int:
    card_id = new_id()
    await _do(_CARD, card_id, fan.id, payment_method_id or f"pm_none_{card_id}", consent, clock.now_us())
    return card_id


async def a_fan_with_card(name: str = "Mei") -> Fan:
    """A fan whose card exists here only: for what happens before anything is charged."""
    fan = await a_fan(name)
    await a_card(fan)
    return fan


async def a_studio(name: str = "Lanting Pictures", *, owner: Fan | None = None, account_id: str | None = None) -> int:
    studio_id = new_id()
    await _do(_ORGANISATION, studio_id, f"studio-{studio_id}", name, account_id, clock.now_us())
    if owner is not None:
        await _do(_MEMBER, new_id(), studio_id, owner.id, "owner", clock.now_us())
    return studio_id


async def a_sale(*, amount_per_fan_max_minor: int, currency: str = "EUR") -> int:
    sale_id = new_id()
    await _do(_SALE, sale_id, f"sale-{sale_id}", currency, amount_per_fan_max_minor)
    return sale_id


async def a_campaign(
    *,
    goal_minor: int = 1_000_00,
    state: str = "live",
    currency: str = "EUR",
    days: float = 30,
    rule: str = "strict",
    threshold_bps: int = 10_000,
    studio_id: int | None = None,
    sale_id: int | None = None,
    share_price_minor: int | None = None,
    shares_per_fan_max: int | None = None,
    name: str = "River Moon",
) -> Campaign:
    studio_id = studio_id or await a_studio()
    campaign_id, title_id, now = new_id(), new_id(), clock.now_us()
    await _do(_TITLE, title_id, studio_id, name, now)
    await _do(
        _CAMPAIGN, campaign_id, title_id, studio_id, f"c-{campaign_id}", name, state, currency, goal_minor, rule, threshold_bps,
        sale_id, share_price_minor, shares_per_fan_max, now, clock.to_us(clock.now() + timedelta(days=days)),
    )  # fmt: skip
    await _do(_PAGE, campaign_id, now)
    return await Campaign.get(id=campaign_id)


async def a_tier(
    campaign: Campaign,
    *,
    price_minor: int = 25_00,
    size: int | None = None,
    per_fan_max: int = 1,
    opens_at: int | None = None,
    closes_at: int | None = None,
    ships: str = "nothing",
    delivers_on: str = "",
) -> int:
    tier_id = new_id()
    await _do(_TIER, tier_id, campaign.id, price_minor, size, per_fan_max, opens_at, closes_at, ships, delivers_on)
    return tier_id


def a_want(fan: Fan, campaign: Campaign, *, amount_minor: int = 25_00, **more: object) -> Want:
    facts = {
        "id": new_id(), "person_id": fan.id, "campaign_id": campaign.id, "tier_id": None, "quantity": 1,
        "amount_minor": amount_minor, "currency": campaign.currency, "key": f"key-{next(_numbers)}", "made_at": clock.now_us(),
    }  # fmt: skip
    return Want(**{**facts, **more})  # type: ignore[arg-type]


async def pledged(fan: Fan, campaign: Campaign, *, amount_minor: int = 25_00, **more: object) -> Made:
    return await make_pledge(a_want(fan, campaign, amount_minor=amount_minor, **more))


async def a_pledge(campaign: Campaign, *, amount_minor: int = 25_00, **more: object) -> Pledge:
    """A pledge of a fan of its own."""
    made = await pledged(await a_fan_with_card(), campaign, amount_minor=amount_minor, **more)
    return await Pledge.get(id=made.id)


async def again(campaign: Campaign) -> Campaign:
    """The campaign as it is now."""
    return await Campaign.get(id=campaign.id)


def broken(findings: list[Finding]) -> list[str]:
    return [f"{finding.name}: {', '.join(finding.broken)}" for finding in findings if not finding.holds]
