"""What everybody may read of a fund besides its page: earlier versions, a card to embed; and following it."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns import followers, versions
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.shown import art_of, card_of, story_html
from crowdfund.campaigns.queries import campaigns_of, public_campaign
from crowdfund.campaigns.versions import NoSuchVersion
from crowdfund.refusal import NotFound
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web import api, csrf, headers, language, page_cache
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, post, public, signed_in

_FOLLOW = Limit("follow", 60, 60, by="person")
_NEWS = Limit("news", 60, 60)
_embeds: page_cache.Kept[page_cache.Body] = page_cache.Kept()


def number_in(text: str) -> int | None:
    """A number as addresses have it: plain digits, no more than six."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


async def show_version(request: Request) -> Response:
    """What the page said once: who pledged then can read what they were told."""
    campaign = await public_campaign(request.path_params["slug"])
    number = number_in(request.path_params["version"])
    if number is None:
        raise NoSuchVersion("There is no such version.")
    found = await versions.version_of(campaign.id, number)
    return page(
        request, "campaigns/version.html", campaign=campaign, title=await Title.get(id=campaign.title_id), version=found,
        story_html=story_html(found.story), risks_html=story_html(found.risks), versions=await versions.versions_of(campaign.id),
    )  # fmt: skip


# --- following ---


async def follow_page(request: Request) -> Response:
    """Where somebody lands who wanted to follow and had to sign in first."""
    campaign = await public_campaign(request.path_params["slug"])
    if await followers.follows(campaign.id, request.state.person.id):
        return redirect(request, campaign.path, ("note", _("You follow this fund already.")))
    title = await Title.get(id=campaign.title_id)
    return page(request, "campaigns/follow.html", campaign=campaign, title=title, art_url=art_of(title))


async def follow(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    await followers.follow(campaign.id, by=request.state.person.id)
    return redirect(request, campaign.path, ("good", _("You follow it: we write when something happens.")))


async def unfollow(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    await followers.unfollow(campaign.id, by=request.state.person.id)
    return redirect(request, campaign.path, ("good", _("You don't follow it any more.")))


async def news_page(request: Request) -> Response:
    """Where the link in a letter leads; a press of the button does it, as mail programs open links by themselves."""
    campaign_id, person_id = followers.reader_of(request.path_params["letters"])
    campaign = await Campaign.get(id=campaign_id)
    hears = await followers.hears(campaign_id, person_id)
    return page(request, "campaigns/news.html", campaign=campaign, hears=hears, action=request.url.path)


async def change_news(request: Request) -> Response:
    campaign_id, person_id = followers.reader_of(request.path_params["letters"])
    wanted = (await csrf.read_form(request)).get("news") == "yes"
    await (followers.resume_news if wanted else followers.stop_news)(campaign_id, person_id)
    return redirect(request, request.url.path)


# --- on other people's pages ---


async def embed(request: Request) -> Response:
    """A small card that other pages may frame. It holds no form and knows nobody, so nobody can be led to press anything."""
    slug = request.path_params["slug"]

    async def make() -> page_cache.Body:
        campaign = await public_campaign(slug)
        rows = await campaigns_of(campaign.organisation_id)
        card = card_of(next(row for row in rows if row["id"] == campaign.id))
        drawn = page(request, "campaigns/embed.html", campaign=card, base_url=current().base_url)
        return page_cache.body_of(bytes(drawn.body))

    return page_cache.send(request, await _embeds.get((slug, language.choose(request)), make))


async def oembed(request: Request) -> Response:
    """How another site shows a fund's address as a card (oembed.com)."""
    asked = urlsplit(request.query_params.get("url", ""))
    path = own_path(asked.path) or ""
    if f"{asked.scheme}://{asked.netloc}" != current().base_url or not path.startswith("/campaigns/"):
        raise NotFound("There is nothing here under that address.")
    campaign = await public_campaign(path.removeprefix("/campaigns/"))
    frame = (
        f'<iframe src="{current().base_url}/embed/{campaign.slug}" width="360" height="420" frameborder="0"></iframe>'
    )
    return api.answer(
        {
            "version": "1.0", "type": "rich", "title": campaign.name, "provider_name": "crowdfund",
            "provider_url": current().base_url, "width": 360, "height": 420, "html": frame,
        },
        headers={"cache-control": "public, max-age=300", "access-control-allow-origin": "*"},
    )  # fmt: skip


routes = [
    get("/campaigns/{slug}/versions/{version}", show_version, may=anyone),
    get("/campaigns/{slug}/follower", follow_page, may=signed_in),
    post("/campaigns/{slug}/follower", follow, may=signed_in, limit=_FOLLOW),
    post("/campaigns/{slug}/follower/removal", unfollow, may=signed_in, limit=_FOLLOW),
    get("/news/{letters}", news_page, may=anyone, headers=headers.NO_REFERRER),
    post("/news/{letters}", change_news, may=anyone, limit=_NEWS, headers=headers.NO_REFERRER),
    get("/embed/{slug}", embed, may=public, headers=headers.FRAMED),
    get("/oembed", oembed, may=public),
]
