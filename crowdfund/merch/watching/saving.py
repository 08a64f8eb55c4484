"""Save for after the credits: what somebody saw and does not want to be asked about while she watches."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.merch.screen.models import Appearance, OnscreenProduct
from crowdfund.merch.watching.queries import drop_saved, number_saved, put_saved
from crowdfund.refusal import Refusal

SAVED_MAX = 200


class TooManySaved(Refusal):
    pass


@atomic
async def save(product: OnscreenProduct, appearance_id: int | None, moment_ms: int | None, *, by: int) -> None:
    """Saving it twice keeps the first. appearance_id, moment_ms: where in the film; one of another product is left out."""
    if await number_saved(by) >= SAVED_MAX:
        raise TooManySaved("You have saved {most} things. Let go of some first.", most=SAVED_MAX)
    known = appearance_id is not None and await Appearance.exists(id=appearance_id, product_id=product.id)
    await put_saved(by, product, appearance_id if known else None, moment_ms)


@atomic
async def let_go(product_id: int, *, by: int) -> None:
    await drop_saved(by, product_id)
