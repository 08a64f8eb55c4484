"""What pages and the API read of campaigns. No query here grows with the number of pledges."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crowdfund.campaigns.models import (
    AWAITING,
    FELL_THROUGH,
    PUBLIC,
    SUCCEEDED,
    BudgetLine,
    Campaign,
    CampaignEvent,
    CampaignImage,
    CampaignPage,
    CampaignState,
    CampaignUpdate,
    ReviewRemark,
    Sale,
    Tier,
)
from crowdfund.database import Sql, as_rows
from crowdfund.database.ids import public
from crowdfund.people.models import Image, Organisation, Person
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title

S = CampaignState
# What people pick between in lists; each word stands for states.
GROUPS: dict[str, frozenset[CampaignState]] = {
    "all": frozenset(PUBLIC),
    "live": frozenset({S.LIVE}),
    "prelaunch": frozenset({S.PRELAUNCH}),
    "settling": frozenset({S.SETTLING}),
    "paused": frozenset({S.SUSPENDED}),
    "funded": frozenset(SUCCEEDED | AWAITING),
    "ended": frozenset({S.FAILED, S.CANCELLED} | FELL_THROUGH),
}
# Live ones first, then what comes, then what ended; inside that by what was asked for.
_RANK = (
    "CASE c.state WHEN 'live' THEN 0 WHEN 'prelaunch' THEN 1 WHEN 'settling' THEN 2 WHEN 'suspended' THEN 4 ELSE 3 END"
)
ORDERS = {
    "closing": f"{_RANK}, CASE WHEN c.state = 'live' THEN c.closes_at ELSE -COALESCE(c.ended_at, 0) END, c.id",
    "newest": "COALESCE(c.launched_at, c.opens_at, c.made_at) DESC, c.id DESC",
    "fans": "CASE WHEN c.closed_at IS NULL THEN c.pledges_live ELSE c.pledges_at_close END DESC, c.id DESC",
    # Yuan and euro are not more or less than each other: amounts are compared inside a currency only.
    "promised": "c.currency, CASE WHEN c.closed_at IS NULL THEN c.promised_minor ELSE c.promised_at_close_minor END DESC, c.id DESC",
    "opening": "CASE WHEN c.opens_at IS NULL THEN 1 ELSE 0 END, c.opens_at, c.id",
    "ended": "c.ended_at DESC, c.id DESC",
    "id": "c.id DESC",
}

_COLUMNS = """
    c.id, c.slug, c.name, c.tagline, c.kind, c.state, c.currency, c.goal_minor, c.rule, c.threshold_bps, c.promised_minor,
    c.collected_minor, c.refunded_minor, c.pledges_live, c.promised_at_close_minor, c.pledges_at_close, c.opens_at,
    c.launched_at, c.closes_at, c.closed_at, c.ended_at, c.update_due_at, c.made_at, c.title_id,
    c.organisation_id, t.colour, t.image_id, t.scene, o.name AS organisation_name, o.slug AS organisation_slug"""
_FOUND = r"""
    FROM campaign c JOIN title t ON t.id = c.title_id JOIN organisation o ON o.id = c.organisation_id
    WHERE c.state IN (SELECT value->>'state' FROM {rows})
      AND ($2 = '' OR LOWER(c.name) LIKE $2 ESCAPE '\' OR LOWER(c.tagline) LIKE $2 ESCAPE '\'
           OR LOWER(o.name) LIKE $2 ESCAPE '\')
      AND ($3 = '' OR c.kind = $3)"""
_LISTS = {order: Sql(f"SELECT {_COLUMNS} {_FOUND} ORDER BY {by} LIMIT $4 OFFSET $5") for order, by in ORDERS.items()}
_COUNT = Sql(f"SELECT COUNT(*) AS n {_FOUND}")
_AFTER = Sql(f"SELECT {_COLUMNS} {_FOUND} AND ($4 = '' OR c.currency = $4) AND c.id < $5 ORDER BY c.id DESC LIMIT $6")
_OF_ORGANISATION = Sql(f"""
    SELECT {_COLUMNS} FROM campaign c JOIN title t ON t.id = c.title_id JOIN organisation o ON o.id = c.organisation_id
    WHERE c.organisation_id = $1 ORDER BY c.id DESC""")  # noqa: S608
_FOLLOWED = Sql(f"""
    SELECT {_COLUMNS} FROM follower f JOIN campaign c ON c.id = f.campaign_id JOIN title t ON t.id = c.title_id
    JOIN organisation o ON o.id = c.organisation_id WHERE f.person_id = $1 ORDER BY f.id DESC LIMIT $2""")  # noqa: S608
_TOTALS = Sql("""
    SELECT id, state, currency, goal_minor, promised_minor, collected_minor, pledges_live, promised_at_close_minor
    FROM campaign WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_SITEMAP = Sql("""
    SELECT c.slug, COALESCE((SELECT MAX(e.at) FROM campaign_event e WHERE e.campaign_id = c.id), c.made_at) AS changed_at
    FROM campaign c WHERE c.state IN (SELECT value->>'state' FROM {rows}) ORDER BY c.id LIMIT 50000""")


def _states(states: Collection[str]) -> str:
    return as_rows({"state": state} for state in sorted(states))


def _pattern(words: str) -> str:
    """What LIKE looks for: the words as they stand, wherever they stand; empty finds everything."""
    plain = words.replace("\x00", "").strip().lower()
    for special in ("\\", "%", "_"):
        plain = plain.replace(special, f"\\{special}")
    return f"%{plain}%" if plain else ""


async def campaigns_in(
    states: Collection[str], *, order: str = "newest", words: str = "", kind: str = "", limit: int = 24, offset: int = 0
) -> list[dict[str, Any]]:
    """Campaigns as lists show them. words: looked for in the name, the tagline and its makers' name. kind: empty for all."""
    return await _LISTS[order](_states(states), _pattern(words), kind, limit, offset)


async def number_in(states: Collection[str], *, words: str = "", kind: str = "") -> int:
    return int(await _COUNT.value(_states(states), _pattern(words), kind))


async def campaigns_before(
    campaign_id: int | None,
    states: Collection[str],
    *,
    words: str = "",
    kind: str = "",
    currency: str = "",
    limit: int = 50,
) -> list[dict[str, Any]]:
    """One page of a list by cursor, the newest first: those made before this one."""
    before = campaign_id if campaign_id is not None else 2**63 - 1
    return await _AFTER(_states(states), _pattern(words), kind, currency, before, limit)


async def campaigns_of(organisation_id: int) -> list[dict[str, Any]]:
    """All of an organisation's, drafts too, the newest first."""
    return await _OF_ORGANISATION(organisation_id)


async def followed_by(person_id: int, *, limit: int = 50) -> list[dict[str, Any]]:
    """What somebody follows, the last that she began to follow first."""
    return await _FOLLOWED(person_id, limit)


async def totals_of(campaign_ids: Collection[int]) -> list[dict[str, Any]]:
    """Where funds stand right now: one look for all that are watched."""
    return await _TOTALS(as_rows({"id": campaign_id} for campaign_id in campaign_ids))


async def public_slugs() -> list[dict[str, Any]]:
    return await _SITEMAP(_states(PUBLIC))


async def public_campaign(slug: str) -> Campaign:
    """A campaign that everybody may see. Raises NotFound for a draft, in the same words as for none."""
    campaign = await Campaign.get_or_none(slug=slug)
    if campaign is None or not campaign.is_public:
        raise NotFound("There is no such fund.")
    return campaign


async def campaign_of(organisation_id: int, slug: str) -> Campaign:
    """A campaign of this organisation, whatever its state. Raises NotFound."""
    campaign = await Campaign.get_or_none(slug=slug, organisation_id=organisation_id)
    if campaign is None:
        raise NotFound("There is no such fund.")
    return campaign


@dataclass(frozen=True, slots=True)
class Whole:
    """A campaign with everything that its own page tells and that is kept in this room."""

    campaign: Campaign
    title: Title
    organisation: Organisation
    page: CampaignPage
    tiers: list[Tier]
    budget: list[BudgetLine]
    updates: list[CampaignUpdate]
    events: list[CampaignEvent]
    sale: Sale | None = None

    @property
    def backers(self) -> int:
        campaign = self.campaign
        return campaign.pledges_at_close if campaign.state in (S.FAILED, S.CANCELLED) else campaign.pledges_live

    @property
    def promised_minor(self) -> int:
        """What is promised, or was when it closed: afterwards dropped and released pledges count no more."""
        return self.campaign.promised_at_close_minor if self.campaign.closed_at else self.campaign.promised_minor

    @property
    def collected_minor(self) -> int:
        """What was collected, and stays collected: a fund that failed gave it back."""
        return 0 if self.campaign.state in (S.FAILED, S.CANCELLED) else self.campaign.collected_minor


async def whole(campaign: Campaign, *, updates_max: int = 5) -> Whole:
    return Whole(
        campaign=campaign,
        title=await Title.get(id=campaign.title_id),
        organisation=await Organisation.get(id=campaign.organisation_id),
        page=await CampaignPage.get(campaign_id=campaign.id, version=campaign.page_version),
        tiers=await tiers_of(campaign.id),
        budget=await budget_of(campaign.id),
        updates=await CampaignUpdate.filter(campaign_id=campaign.id).order_by("-number").limit(updates_max),
        events=await events_of(campaign.id),
        sale=await Sale.get(id=campaign.sale_id) if campaign.sale_id is not None else None,
    )


async def events_of(campaign_id: int) -> list[CampaignEvent]:
    """What became of it, from the first step on."""
    return await CampaignEvent.filter(campaign_id=campaign_id).order_by("id")


async def tiers_of(campaign_id: int) -> list[Tier]:
    """A campaign's tiers in order, each knowing what its picture shows, where it has one."""
    tiers = await Tier.filter(campaign_id=campaign_id).order_by("position", "id")
    if pictured := [tier.image_id for tier in tiers if tier.image_id is not None]:
        words = {image.id: image.alt for image in await Image.filter(id__in=pictured)}
        for tier in tiers:
            tier.image_alt = words.get(tier.image_id or 0, "")
    return tiers


_IN_USE = Sql("""
    SELECT CAST(value->>'id' AS BIGINT) AS id FROM {rows}
    WHERE EXISTS (SELECT 1 FROM campaign_page p JOIN campaign c ON c.id = p.campaign_id
                  WHERE (c.organisation_id = $2 OR $2 = 0) AND (p.story LIKE value->>'pattern' OR p.risks LIKE value->>'pattern'))
       OR EXISTS (SELECT 1 FROM campaign_update u JOIN campaign c ON c.id = u.campaign_id
                  WHERE (c.organisation_id = $2 OR $2 = 0) AND u.body LIKE value->>'pattern')""")
_REFERENCED = """
    SELECT image_id FROM title WHERE image_id IS NOT NULL UNION SELECT image_id FROM tier WHERE image_id IS NOT NULL
    UNION SELECT image_id FROM campaign_image UNION SELECT image_id FROM poll_candidate WHERE image_id IS NOT NULL
    UNION SELECT image_id FROM application_image UNION SELECT image_id FROM run_diary WHERE image_id IS NOT NULL
    UNION SELECT image_id FROM listing_image UNION SELECT image_id FROM onscreen_product WHERE image_id IS NOT NULL
    UNION SELECT poster_image_id FROM master WHERE poster_image_id IS NOT NULL"""
_UNREFERENCED = Sql(f"""
    SELECT id FROM image WHERE id > $1 AND made_at < $2 AND id NOT IN ({_REFERENCED}) ORDER BY id LIMIT $3""")  # noqa: S608
_DROP_UNREFERENCED = Sql(f"""
    DELETE FROM image WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {{rows}}) AND id NOT IN ({_REFERENCED})
    RETURNING id""")  # noqa: S608


async def pictures_in_use(organisation_id: int | None, image_ids: Collection[int]) -> set[int]:
    """Those of these pictures that stand in a story, in any version of it, or in an update of this organisation's funds.

    organisation_id None: of anybody's.
    """
    rows = as_rows({"id": image_id, "pattern": f"%/images/{public(image_id)}%"} for image_id in image_ids)
    return {row["id"] for row in await _IN_USE(rows, organisation_id or 0)} if image_ids else set()


async def pictures_of_nothing(*, after_id: int, before_us: int, limit: int) -> list[int]:
    """Pictures that no film, no tier, no story and no candidate has, by id. before_us: only those that were sent before."""
    return [row["id"] for row in await _UNREFERENCED(after_id, before_us, limit)]


async def drop_pictures_of_nothing(image_ids: Collection[int]) -> list[int]:
    """Delete the rows of those of these pictures that no film, no tier, no story and no candidate has, and give which they were."""
    return [row["id"] for row in await _DROP_UNREFERENCED(as_rows({"id": one} for one in image_ids))]


@dataclass(frozen=True, slots=True)
class StoryPicture:
    """A picture that was sent for a story, and whether it stands in one."""

    image: Image
    is_used: bool


async def story_pictures_of(campaign: Campaign) -> list[StoryPicture]:
    """The oldest first."""
    rows = await CampaignImage.filter(campaign_id=campaign.id).order_by("position", "image_id")
    ids = [row.image_id for row in rows]
    images = {image.id: image for image in await Image.filter(id__in=ids)} if ids else {}
    used = await pictures_in_use(campaign.organisation_id, ids)
    return [StoryPicture(images[image_id], image_id in used) for image_id in ids]


async def funds_of_sale(sale_id: int) -> list[Campaign]:
    return await Campaign.filter(sale_id=sale_id).order_by("id")


async def joinable(sale: Sale, states: Collection[str], *, limit: int = 500) -> list[Campaign]:
    """Funds that can be put into a sale: in these states, of its currency, in no sale; the newest first."""
    found = Campaign.filter(state__in=sorted(states), currency=sale.currency, sale_id=None)
    return await found.order_by("-id").limit(limit)


async def budget_of(campaign_id: int) -> list[BudgetLine]:
    return await BudgetLine.filter(campaign_id=campaign_id).order_by("position")


async def updates_of(campaign_id: int, *, limit: int = 50) -> list[CampaignUpdate]:
    """The newest first."""
    return await CampaignUpdate.filter(campaign_id=campaign_id).order_by("-number").limit(limit)


async def updates_before(campaign_id: int, update_id: int | None, *, limit: int) -> list[CampaignUpdate]:
    """One page by cursor, the newest first."""
    before = update_id if update_id is not None else 2**63 - 1
    return await CampaignUpdate.filter(campaign_id=campaign_id, id__lt=before).order_by("-id").limit(limit)


@dataclass(frozen=True, slots=True)
class RemarkShown:
    remark: ReviewRemark
    by: str
    answered_by: str


async def remarks_of(campaign_id: int) -> list[RemarkShown]:
    """What reviewers remarked and what was answered, in order, with names."""
    remarks = await ReviewRemark.filter(campaign_id=campaign_id).order_by("id")
    ids = {r.by_person_id for r in remarks} | {r.answered_by_id for r in remarks if r.answered_by_id}
    names = {p.id: p.name for p in await Person.filter(id__in=list(ids))} if ids else {}
    return [RemarkShown(r, names.get(r.by_person_id, ""), names.get(r.answered_by_id or 0, "")) for r in remarks]
