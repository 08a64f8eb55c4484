"""Paying on Stripe's page: three beats around opening it, and around finding out what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.payments import stripe
from crowdfund.payments.cards import customer_of
from crowdfund.payments.charges import take_payment
from crowdfund.payments.found import CheckoutFound
from crowdfund.payments.models import Checkout, CheckoutState
from crowdfund.refusal import Refusal

LEAST_SECONDS = 30 * 60 + 60  # Stripe keeps a page open for 30 minutes at least; one minute for the way there
Line = tuple[str, int, int]  # words, quantity, minor units for one
Paid = Callable[[int], Awaitable[None]]


class CheckoutOver(Refusal):
    pass


_LOCK = Sql("SELECT id FROM checkout WHERE id = $1 {for_update}")
_OPENED = Sql("UPDATE checkout SET stripe_session_id = $2, url = $3 WHERE id = $1 AND state = 'open' RETURNING id")


async def begin_checkout(
    *, subject: str, held_for: str, person_id: int, amount_minor: int, currency: str, give_up_at: datetime
) -> Checkout:
    """Beat one, in the caller's transaction: that a fan is about to pay. Once for each subject."""
    await Checkout.bulk_create(
        [
            Checkout(
                id=new_id(), subject=subject, held_for=held_for, person_id=person_id, amount_minor=amount_minor,
                currency=currency, state=CheckoutState.OPEN, give_up_at=give_up_at, made_at=clock.now(),
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return await Checkout.get(subject=subject)


async def open_page(
    checkout: Checkout, lines: Sequence[Line], *, description: str, success_url: str, cancel_url: str
) -> str:
    """Beats two and three: the address of Stripe's page for this checkout, the same one whenever it is asked for.

    Raises PaymentsUnavailable where Stripe can't be reached: nothing was charged, and it may be asked again. CheckoutOver.
    """
    if checkout.url and checkout.state == CheckoutState.OPEN:
        return checkout.url
    try:
        customer_id = await customer_of(checkout.person_id, key=f"checkout:{checkout.id}:customer")
        session_id, url = await stripe.make_payment_page(
            checkout.id, customer_id, lines, checkout.currency, group=checkout.held_for, description=description,
            expires_at=clock.to_us(checkout.made_at) // 1_000_000 + LEAST_SECONDS,
            success_url=success_url, cancel_url=cancel_url,
        )  # fmt: skip
    except (stripe.Unknown, stripe.Refused) as error:
        raise stripe.PaymentsUnavailable(
            "The payment page can't be reached just now. Nothing was charged; please try again in a minute."
        ) from error
    if not await atomic(_OPENED.__call__)(checkout.id, session_id, url):
        with suppress(stripe.Unknown, stripe.Refused):  # nobody has seen its address
            await stripe.expire_checkout(session_id)
        raise CheckoutOver("The time for paying this is over. Nothing was charged; please begin again.")
    return url


async def look_at_checkout(checkout: Checkout, paid: Paid, expired: Callable[[], Awaitable[None]]) -> bool:
    """Ask Stripe what came of a visit; gives whether that is news. Safe to repeat: the return, the event and the sweep call it.

    paid: is called with the charge's id in the transaction that books the money; expired: in the one that ends it unpaid.
    """
    if checkout.state == CheckoutState.PAID or checkout.stripe_session_id is None:
        return False
    try:
        found = await stripe.checkout_found(checkout.stripe_session_id)
    except stripe.Unknown:
        return False
    return await _end(checkout.id, found, paid, expired)


async def call_off(checkout: Checkout, paid: Paid, expired: Callable[[], Awaitable[None]]) -> bool:
    """Make sure that nothing can be paid by a visit any more; gives whether it ended. What was paid before counts as paid.

    A page whose address we never heard was shown to nobody. Raises stripe.Unknown.
    """
    if checkout.stripe_session_id is None:
        found = CheckoutFound("expired")
    else:
        found = await stripe.expire_checkout(checkout.stripe_session_id)
    return await _end(checkout.id, found, paid, expired)


@atomic
async def _end(checkout_id: int, found: CheckoutFound, paid: Paid, expired: Callable[[], Awaitable[None]]) -> bool:
    await _LOCK(checkout_id)  # her return and the event come at the same moment
    checkout = await Checkout.get(id=checkout_id)
    if found.state == "complete" and checkout.state != CheckoutState.PAID:
        await Checkout.filter(id=checkout_id).update(state=CheckoutState.PAID, ended_at=clock.now())
        await paid(await take_payment(checkout, found.outcome))
        return True
    if found.state == "expired" and checkout.state == CheckoutState.OPEN:
        await Checkout.filter(id=checkout_id).update(state=CheckoutState.EXPIRED, ended_at=clock.now())
        await expired()
        return True
    return False
