"""Visits to the processor's page, followed until they are over: what all that is bought there has in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crowdfund.database import Sql
from crowdfund.payments import checkouts, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import Checkout, CheckoutState

_OPEN = Sql("""
    SELECT id FROM checkout WHERE state = 'open' AND stripe_session_id IS NOT NULL AND subject LIKE $1
    ORDER BY RANDOM() LIMIT 50""")


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits that pay for one kind of thing (`order`, `purchase`), each named by its subject, `order:1`.

    paid: its id and the charge's, in the transaction that books the money. expired: its id, in the one that ends it unpaid.
    """

    kind: str
    paid: Callable[[int, int], Awaitable[None]]
    expired: Callable[[int], Awaitable[None]]

    async def finish(self, stripe_session_id: str) -> bool:
        """A visit has ended, or may have; gives whether that is news. What the event hints at is fetched."""
        checkout = await Checkout.get_or_none(stripe_session_id=stripe_session_id)
        return checkout is not None and self._is_ours(checkout) and await self.look_at(checkout)

    async def look_at(self, checkout: Checkout) -> bool:
        """What came of a visit: her return, the event and the sweep all ask. Safe to repeat."""
        paid, expired = self._ends_of(checkout)
        return await checkouts.look_at_checkout(checkout, paid, expired)

    async def look_at_subject(self, number: int) -> None:
        """Her return from the page: what came of it is looked up before she reads it."""
        checkout = await Checkout.get_or_none(subject=f"{self.kind}:{number}")
        if checkout is not None and checkout.state == CheckoutState.OPEN:
            await self.look_at(checkout)

    async def look_at_open(self) -> int:
        """Visits that are not over, looked up in case the event of their end was lost; gives how many have ended."""
        return await in_turn([row["id"] for row in await _OPEN(f"{self.kind}:%")], self._look)

    async def call_off(self, checkout_id: int) -> bool:
        """Make sure that nothing is paid by a visit any more; gives whether it ended. Paid before counts as paid."""
        checkout = await Checkout.get(id=checkout_id)
        paid, expired = self._ends_of(checkout)
        try:
            return await checkouts.call_off(checkout, paid, expired)
        except (stripe.Unknown, stripe.Refused):
            return False

    async def _look(self, checkout_id: int) -> bool:
        return await self.look_at(await Checkout.get(id=checkout_id))

    def _is_ours(self, checkout: Checkout) -> bool:
        return checkout.subject.startswith(f"{self.kind}:")

    def _ends_of(self, checkout: Checkout) -> tuple[checkouts.Paid, Callable[[], Awaitable[None]]]:
        number = int(checkout.subject.removeprefix(f"{self.kind}:"))
        return (lambda charge_id: self.paid(number, charge_id)), (lambda: self.expired(number))
