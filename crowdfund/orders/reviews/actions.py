"""A buyer says how it is, its seller answers once, and staff hides what nobody should read."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder
from crowdfund.orders.reviews.models import REVIEW_MOVES, Review, ReviewEvent, ReviewState
from crowdfund.orders.reviews.queries import count_stars
from crowdfund.people.models import Member
from crowdfund.refusal import NotAllowed, NotFound, Refusal


class NotSentYet(Refusal):
    """Who has not been sent it can't say how it is."""


class ReviewedAlready(Refusal):
    pass


class OwnGoods(NotAllowed):
    pass


class AnsweredAlready(Refusal):
    pass


@atomic
async def review(line_id: int, stars: int, words: str, *, by: int) -> Review:
    """Say how what was bought is: once for each line, and only who bought it. Raises NotFound, NotSentYet, ReviewedAlready."""
    line = await GoodsLine.get_or_none(id=line_id)
    order = await GoodsOrder.get_or_none(id=line.order_id, person_id=by) if line is not None else None
    if line is None or order is None:
        raise NotFound("There is no such thing among what you bought.")
    if not line.shipped:
        raise NotSentYet("You can say how it is once it was sent to you.")
    if await Member.exists(organisation_id=order.organisation_id, person_id=by):
        raise OwnGoods("Who runs a shop can't praise its goods.")
    if await Review.exists(line_id=line.id):
        raise ReviewedAlready("You have said already how it is.")
    made = await Review.create(
        id=new_id(), line_id=line.id, person_id=by, listing_id=line.listing_id, organisation_id=order.organisation_id,
        stars=stars, words=words, state=ReviewState.SHOWN, made_at=clock.now(),
    )  # fmt: skip
    await begin(made, because="said", by=by, events=ReviewEvent)
    await count_stars(line.listing_id, stars, 1)
    await outbox.enqueue("goods_reviewed", {"review": made.id}, key=f"goods_reviewed:{made.id}")
    return made


@atomic
async def answer(review_id: int, words: str, *, organisation_id: int) -> None:
    """The seller's one answer. Raises NotFound, AnsweredAlready."""
    found = await Review.get_or_none(id=review_id, organisation_id=organisation_id)
    if found is None:
        raise NotFound("There is no such review.")
    if not await Review.filter(id=found.id, answer="").update(answer=words, answered_at=clock.now()):
        raise AnsweredAlready("You have answered this already.")
    payload = {"review": found.id}
    await outbox.enqueue("goods_review_answered", payload, key=f"goods_review_answered:{found.id}")


@atomic
async def hide(review_id: int, because: str, *, by: int) -> None:
    """Staff takes a review away, with a reason that is kept. Raises NotFound, MoveRefused."""
    await _turn(review_id, ReviewState.HIDDEN, because, by)


@atomic
async def show_again(review_id: int, because: str, *, by: int) -> None:
    await _turn(review_id, ReviewState.SHOWN, because, by)


async def _turn(review_id: int, to: ReviewState, because: str, by: int) -> None:
    found = await Review.get_or_none(id=review_id)
    if found is None:
        raise NotFound("There is no such review.")
    await move(found, to, moves=REVIEW_MOVES, because=because, by=by, events=ReviewEvent)
    sign = 1 if to == ReviewState.SHOWN else -1
    await count_stars(found.listing_id, sign * found.stars, sign)
