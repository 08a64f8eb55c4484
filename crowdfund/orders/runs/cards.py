"""The card of an order in a run: saved on the processor's page, exchanged, and confirmed with its bank."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.orders.runs.charging import follow_run_charge
from crowdfund.orders.runs.models import RunOrder, RunOrderState
from crowdfund.orders.runs.placing import use_card
from crowdfund.payments import stripe
from crowdfund.payments.cards import look_at_setup, start_card_setup
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import CardSetup, Charge, ChargeState, Consent, SavedCard, SetupState
from crowdfund.pledges import letting_go
from crowdfund.refusal import Busy, Refusal

S = RunOrderState
WANTS_CARD = (S.STARTED, S.STANDING, S.ERRORED)


class NeedsNoCard(Refusal):
    pass


class NothingToConfirm(Refusal):
    pass


async def start_saving(
    order: RunOrder, currency: str, *, consent: Consent, consent_text: str, return_url: str, cancel_url: str,
    setup_id: int | None = None,
) -> str:  # fmt: skip
    """Send the fan to the processor's page to save a card for this order; gives its address. Raises NeedsNoCard."""
    if order.state not in WANTS_CARD:
        raise NeedsNoCard("This order needs no card any more.")
    return await start_card_setup(
        order.person_id, subject=order.subject, currency=currency, consent=consent, consent_text=consent_text,
        success_url=return_url, cancel_url=cancel_url, setup_id=setup_id,
    )  # fmt: skip


async def finish_visit(setup: CardSetup) -> None:
    """Use the card that a visit saved, and let it go where nothing came to need it. Safe to repeat.

    Raises a Refusal where the order can't be counted any more: the run was full by then, or over.
    """
    order_id = int(setup.subject.removeprefix("goods_order:"))
    refused: list[Refusal] = []

    async def use(card: SavedCard) -> None:
        refused.clear()
        try:
            await use_card(order_id, card.id)
        except Busy:
            raise
        except Refusal as refusal:
            refused.append(refusal)
        await letting_go.mark_unused([card.id])

    was_over = setup.state != SetupState.OPEN
    card = await look_at_setup(setup, use)
    if refused:
        raise refused[0]
    if card is not None and was_over and await RunOrder.exists(order_id=order_id, state=S.STARTED):
        await use_card(order_id, card.id)  # it could not be counted then; perhaps it can now


async def finish_run_setup(stripe_session_id: str) -> bool:
    """A visit to the processor's page has ended, or may have; gives whether it ended now."""
    setup = await CardSetup.get_or_none(stripe_session_id=stripe_session_id)
    if setup is None or not setup.subject.startswith("goods_order:"):
        return False
    try:
        await finish_visit(setup)
    except Busy:
        raise
    except Refusal:  # told where the fan's tries are told
        pass
    return setup.state == SetupState.OPEN and await CardSetup.exists(id=setup.id, state__not=SetupState.OPEN)


_OPEN_VISITS = Sql("""
    SELECT stripe_session_id FROM card_setup
    WHERE state = 'open' AND stripe_session_id IS NOT NULL AND subject LIKE 'goods_order:%'
    ORDER BY RANDOM() LIMIT 50""")


async def look_at_open_visits() -> int:
    """Visits of which no event told the end; gives how many ended."""
    return await in_turn([row["stripe_session_id"] for row in await _OPEN_VISITS()], finish_run_setup)


async def waiting_charge(order: RunOrder) -> Charge | None:
    """The charge that waits for her at her bank."""
    return await Charge.get_or_none(subject=order.subject, state=ChargeState.NEEDS_ACTION)


async def page_of_bank(order: RunOrder, *, return_url: str) -> str | None:
    """The bank's page to send the fan to. None: it wants nothing more, and what came of the charge is written down.

    Raises NothingToConfirm, stripe.Unknown.
    """
    charge = await waiting_charge(order)
    if order.state != S.ERRORED or charge is None or charge.card_id != order.card_id:
        raise NothingToConfirm("There is nothing to confirm with the bank.")
    card = await SavedCard.get(id=charge.card_id)
    intent_id = str(charge.stripe_payment_intent_id)
    url = await stripe.authenticate(intent_id, card.stripe_payment_method_id, return_url)
    if url is None:
        await follow_run_charge(intent_id)
    return url
