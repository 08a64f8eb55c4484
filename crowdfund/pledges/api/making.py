"""Pledges as programs make them. The POST is the way of the rush: one token look-up, one place in a batch."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.pledges.api.bodies import PledgeIn, PledgesIn, PledgesOut, TermsOut
from crowdfund.pledges.forms import terms_shown
from crowdfund.pledges.make import make_pledge, make_several
from crowdfund.pledges.rules import Made, NoSuchCampaign, NoSuchCard, NoSuchCharity, NoSuchTier, Want
from crowdfund.refusal import Refusal
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody


async def create_pledges(request: Request, body: PledgesIn) -> Response:
    """Up to ten pledges of one fan; each is answered on its own. Nothing made: the first refusal, as a problem."""
    asked: dict[str, Any] = request.scope["state"]  # as it is: `request.state` makes an object of it each time
    person_id, key, now = asked["person"].id, asked["idempotency_key"], clock.now_us()
    request_key, wish = f"{key}#", _wish(body.pledges)
    wants = [_want(pledge, person_id, request_key, i, wish, now) for i, pledge in enumerate(body.pledges)]
    if len(wants) == 1:  # one is the common case: its refusal is the answer's problem
        made = await make_pledge(_or_raise(wants[0]))
        return api.answer({"pledges": [_made(body.pledges[0], made)]}, 201)
    good = [want for want in wants if isinstance(want, Want)]
    outcomes = iter(await make_several(good) if good else ())
    answers = [next(outcomes) if isinstance(want, Want) else want for want in wants]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    if len(refusals) == len(answers):
        raise refusals[0]
    out = [_answer(pledge, answer) for pledge, answer in zip(body.pledges, answers, strict=True)]
    return api.answer({"pledges": out}, 201)


def _answer(pledge: PledgeIn, answer: Made | BaseException) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return _refused(pledge, answer)
    if isinstance(answer, BaseException):
        raise answer
    return _made(pledge, answer)


def _or_raise(want: Want | Refusal) -> Want:
    if isinstance(want, Refusal):
        raise want
    return want


def _wish(pledges: list[PledgeIn]) -> str:
    """The whole body in a few letters: with the same key, another is refused."""
    facts = [
        [p.campaign, p.tier, p.quantity, p.amount_minor, p.currency, p.card, p.anonymous, p.ref, *_ticked(p)]
        for p in pledges
    ]
    return blake2b(orjson.dumps(facts), digest_size=16).hexdigest()


def _ticked(pledge: PledgeIn) -> list[str | None]:
    """What a key stood for before there were transfers, it stands for still."""
    return [pledge.if_it_fails, pledge.charity] if pledge.if_it_fails else []


def _want(pledge: PledgeIn, person_id: int, request_key: str, position: int, wish: str, now: int) -> Want | Refusal:
    try:
        return Want(
            id=new_id(), person_id=person_id,
            campaign_id=api.known_id(pledge.campaign, NoSuchCampaign("There is no such fund.")),
            tier_id=api.known_id(pledge.tier, NoSuchTier("There is no such tier in this fund.")) if pledge.tier else None,
            quantity=pledge.quantity, amount_minor=pledge.amount_minor, currency=pledge.currency,
            key=f"{request_key}{position}", request=request_key, wish=wish,
            card_id=api.known_id(pledge.card, NoSuchCard("There is no such card.")) if pledge.card else None,
            shown_as="nobody" if pledge.anonymous else "name", referrer=pledge.ref, made_at=now, terms=terms_shown(),
            if_it_fails=pledge.if_it_fails,
            charity_id=api.known_id(pledge.charity, NoSuchCharity("There is no such charity.")) if pledge.charity else None,
        )  # fmt: skip
    except Refusal as refusal:
        return refusal


def _made(pledge: PledgeIn, made: Made) -> dict[str, Any]:
    return {
        "id": public(made.id), "state": made.state, "campaign": pledge.campaign, "tier": public(made.tier_id) if made.tier_id else None,
        "quantity": made.quantity, "amount_minor": made.amount_minor, "currency": made.currency,
    }  # fmt: skip


def _refused(pledge: PledgeIn, refusal: Refusal) -> dict[str, Any]:
    return {
        "campaign": pledge.campaign, "tier": pledge.tier, "quantity": pledge.quantity, "amount_minor": pledge.amount_minor,
        "currency": pledge.currency,
        "refused": {"code": refusal.code, "detail": refusal.sentence, "status": refusal.status_code},
    }  # fmt: skip


async def show_terms(request: Request) -> TermsOut:
    """What a fan agrees to by pledging, word for word: a program shows it to her before it pledges for her."""
    shown = terms_shown()
    return TermsOut(text=shown.text, language=shown.locale)


routes = [
    post(
        "/api/v1/pledges", create_pledges, may=bearer("pledges:write", confirmed=True), takes=PledgesIn, gives=PledgesOut, creates=True,
        summary="Pledge to one or more funds",
    ),
    get("/api/v1/terms", show_terms, may=everybody, gives=TermsOut, summary="What a pledge agrees to"),
]  # fmt: skip
