"""Saving a card on Stripe's page, and letting it go. Our pages never see a number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.payments import stripe
from crowdfund.payments.found import CardFound
from crowdfund.payments.models import CardSetup, CardState, Consent, SavedCard, SetupState
from crowdfund.refusal import NotFound, Refusal

PAGE_GOOD_FOR = timedelta(hours=23)  # Stripe answers a key with the page it made for it, for a day

_CUSTOMER = Sql("SELECT id, email, name, stripe_customer_id FROM person WHERE id = $1")
_KEEP_CUSTOMER = Sql(
    "UPDATE person SET stripe_customer_id = $2 WHERE id = $1 AND stripe_customer_id IS NULL RETURNING id"
)
_LOCK_SETUP = Sql("SELECT id FROM card_setup WHERE id = $1 {for_update}")
_SESSION = Sql("UPDATE card_setup SET stripe_session_id = $2 WHERE id = $1 RETURNING id")


class VisitOver(Refusal):
    pass


async def customer_of(person_id: int, *, key: str) -> str:
    """The person's customer at Stripe; made at the first need. Raises stripe.Unknown, stripe.Refused.

    key: of this try. A second customer that a lost answer leaves behind is empty and harms nobody, while one key for ever would
    keep a fan from pledging for the day in which Stripe repeats its first answer, a 500 too.
    """
    person = await _CUSTOMER.one(person_id)
    if person is None:
        raise NotFound("There is no such person.")
    if person["stripe_customer_id"]:
        return str(person["stripe_customer_id"])
    customer_id = await stripe.make_customer(key, person_id, person["email"], person["name"])
    return await _keep_customer(person_id, customer_id)


@atomic
async def _keep_customer(person_id: int, customer_id: str) -> str:
    """The first one stays, as cards are saved for it."""
    await _KEEP_CUSTOMER(person_id, customer_id)
    kept = await _CUSTOMER.one(person_id)
    assert kept is not None
    return str(kept["stripe_customer_id"])


async def start_card_setup(
    person_id: int,
    *,
    subject: str,
    currency: str,
    consent: Consent,
    consent_text: str,
    success_url: str,
    cancel_url: str,
    setup_id: int | None = None,
) -> str:
    """Begin saving a card; gives the address of Stripe's page. consent_text: what she agreed to, word for word.

    success_url may contain {SETUP}: our number of this visit. setup_id: that number, where it was taken before: asked for again
    it is the same page. Raises VisitOver where that is too long ago, PaymentsUnavailable where Stripe can't be reached.
    """
    setup = await _begin_once(
        CardSetup(
            id=setup_id or new_id(), person_id=person_id, subject=subject, consent=consent, consent_text=consent_text,
            state=SetupState.OPEN, made_at=clock.now(),
        )
    )  # fmt: skip
    if clock.now() - setup.made_at > PAGE_GOOD_FOR:
        raise VisitOver("That page has run out. Ask for a new one, with a new key.")
    try:
        session_id, url = await stripe.make_setup_page(
            setup.id, await customer_of(person_id, key=f"card_setup:{setup.id}:customer"), currency,
            success_url=success_url.replace("{SETUP}", str(setup.id)), cancel_url=cancel_url,
        )  # fmt: skip
    except (stripe.Unknown, stripe.Refused) as error:
        raise stripe.PaymentsUnavailable(
            "The payment page can't be reached just now. Nothing was charged; please try again in a minute."
        ) from error
    await atomic(_SESSION.__call__)(setup.id, session_id)
    return url


@atomic
async def _begin_once(setup: CardSetup) -> CardSetup:
    """Write a visit down, or find the one that was begun under this number."""
    await CardSetup.bulk_create([setup], ignore_conflicts=True)
    return await CardSetup.get(id=setup.id)


async def look_at_setup(setup: CardSetup, use: Callable[[SavedCard], Awaitable[None]]) -> SavedCard | None:
    """Ask Stripe what came of a visit; gives the saved card. Safe to repeat: the return, the webhook and the sweep all call it.

    use: puts the card to what it was saved for, once, in the transaction that saves it: what she chose later is not undone by
    an event that comes late.
    """
    if setup.state == SetupState.COMPLETED and setup.card_id is not None:
        return await SavedCard.get(id=setup.card_id)
    if setup.stripe_session_id is None:
        return None
    try:
        found = await stripe.card_found(setup.stripe_session_id)
    except stripe.Unknown:
        return None
    except stripe.Refused:  # Stripe knows no such visit
        found = CardFound("expired")
    if found.state == "complete" and found.payment_method_id:
        return await _keep(setup.id, found, use)
    if found.state == "expired":
        await _expire(setup.id)
    return None


@atomic
async def _keep(setup_id: int, found: CardFound, use: Callable[[SavedCard], Awaitable[None]]) -> SavedCard:
    await _LOCK_SETUP(setup_id)  # her return and the event come at the same moment
    setup = await CardSetup.get(id=setup_id)
    card = await SavedCard.get_or_none(stripe_payment_method_id=found.payment_method_id)
    if card is None:
        card = await SavedCard.create(
            id=new_id(), person_id=setup.person_id, stripe_payment_method_id=found.payment_method_id, brand=found.brand,
            last4=found.last4, expires_month=found.expires_month, expires_year=found.expires_year,
            fingerprint=found.fingerprint, consent=setup.consent, state=CardState.SAVED, made_at=clock.now(),
        )  # fmt: skip
    if await CardSetup.filter(id=setup_id, state=SetupState.OPEN).update(state=SetupState.COMPLETED, card_id=card.id):
        await use(card)
    return card


@atomic
async def _expire(setup_id: int) -> None:
    await CardSetup.filter(id=setup_id, state=SetupState.OPEN).update(state=SetupState.EXPIRED)


async def cards_of(person_id: int) -> list[SavedCard]:
    """A person's saved cards, newest first."""
    return await SavedCard.filter(person_id=person_id, state=CardState.SAVED).order_by("-id")


# --- what Stripe tells of one ---

_RENEW = Sql("""
    UPDATE saved_card SET brand = $2, last4 = $3, expires_month = $4, expires_year = $5, fingerprint = $6
    WHERE id = $1 AND state <> 'gone' RETURNING id""")
_LOSE = Sql("UPDATE saved_card SET state = 'gone' WHERE id = $1 AND state <> 'gone' RETURNING id")


async def renew(card: SavedCard, found: CardFound) -> bool:
    """Write down how a card is now, in the caller's transaction; gives whether anything of it has changed."""
    now = (found.brand, found.last4, found.expires_month, found.expires_year, found.fingerprint)
    was = (card.brand, card.last4, card.expires_month, card.expires_year, card.fingerprint)
    return now != was and bool(await _RENEW(card.id, *now))


async def lose(card_id: int) -> bool:
    """A card that Stripe keeps no more, in the caller's transaction; gives whether that is news."""
    return bool(await _LOSE(card_id))


# --- letting go ---

_LETTING_GO = Sql("SELECT id, stripe_payment_method_id FROM saved_card WHERE state = 'letting_go' ORDER BY id LIMIT $1")
_GONE = Sql("UPDATE saved_card SET state = 'gone' WHERE id = $1 AND state = 'letting_go' RETURNING id")


async def let_cards_go(limit: int = 100) -> int:
    """Detach at Stripe what was marked as no longer needed; gives how many. Repeated by the sweep until Stripe heard."""
    gone = 0
    for row in await _LETTING_GO(limit):
        try:
            await stripe.let_card_go(row["stripe_payment_method_id"])
        except (stripe.Unknown, stripe.Refused):
            continue
        await atomic(_GONE.__call__)(row["id"])
        gone += 1
    return gone
