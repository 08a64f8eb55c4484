"""The only door to Stripe (in sandbox mode, to the sandbox: the same library, another address).

Each function is one call under a key of ours. It gives what Stripe said, raises Refused where Stripe said no for good, and
Unknown where nobody can tell whether it happened: a timeout, a broken answer, a 5xx. Who gets Unknown asks again with the
same key, or looks it up; nobody may take it for a failure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, TypeVar, cast

import stripe as library
from stripe import HTTPXClient, StripeClient

from crowdfund.database import outside_transaction
from crowdfund.payments.found import BalanceTransaction, CardFound, ChargeOutcome, DisputeFound, RefundFound
from crowdfund.payments.models import ChargeState, RefundState
from crowdfund.refusal import Refusal
from crowdfund.settings import current

API_VERSION = "2026-10-28.endive"
ASKED_WRONGLY = "request:"  # begins the decline code of a charge that Stripe did not even bring to the bank
TIMEOUT_SECONDS = 20  # the library's own is 80: a page can't wait that long
T = TypeVar("T")


class Refused(Exception):
    """Stripe said no, and nothing happened. code: Stripe's."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class PaymentsUnavailable(Refusal):
    status_code = 503
    retry_after_seconds = 10


class Unknown(PaymentsUnavailable):
    """Nobody can tell whether it happened. A person who waits for it is told to come back; what it was stands in the log."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("Our payment company can't be reached just now. Please try again in a minute.")
        self.detail = detail

    def __str__(self) -> str:
        return self.detail or self.sentence

    @property
    def code(self) -> str:
        return "payments_unavailable"


_clients: dict[tuple[str, str], StripeClient] = {}


def client() -> StripeClient:
    settings = current()
    key = settings.stripe_key or "sk_test_sandbox_site"
    address = settings.sandbox_origin if settings.sandbox else "https://api.stripe.com"
    if (key, address) not in _clients:
        _clients[key, address] = StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": address},
            http_client=HTTPXClient(timeout=TIMEOUT_SECONDS, verify_ssl_certs=address.startswith("https:")),
            max_network_retries=1,
        )
    return _clients[key, address]


async def close() -> None:
    """Close the connections to Stripe: when the process ends, or its event loop does."""
    for one in _clients.values():
        await one._requestor._get_http_client().close_async()
    _clients.clear()


async def _ask(call: Awaitable[T]) -> T:
    """One call: Refused for a definite no, Unknown for everything that leaves a doubt.

    A wrong key and an account of ours that was stopped are Unknown too: they say nothing about what was asked, and whoever
    took them for a no would give up every refund of a fund for one mistyped setting.
    """
    outside_transaction("a call to Stripe")
    try:
        return await call
    except (library.CardError, library.InvalidRequestError) as error:
        raise Refused(str(error.user_message or error), error.code or "") from error
    except Exception as error:  # the library lets some transport errors through unwrapped
        raise Unknown(str(error)) from error


async def _all(page: Any) -> AsyncIterator[Any]:
    """All objects of a list, page by page."""
    while True:
        for found in page.data:
            yield found
        if not page.has_more:
            return
        page = await _ask(page.next_page_async())


def _is_for(found: Any, what: str, number: int) -> bool:
    """Whether an object at Stripe was made for this row of ours: each carries its number."""
    return getattr(found.metadata, what, None) == str(number)


def _options(key: str) -> library.RequestOptions:
    return {"idempotency_key": key}


# --- customers and saved cards ---


async def make_customer(key: str, person_id: int, email: str, name: str) -> str:
    customer = await _ask(
        client().v1.customers.create_async(
            {"email": email, "name": name, "metadata": {"person": str(person_id)}},
            _options(key),
        )
    )
    return customer.id


async def make_setup_page(
    setup_id: int, customer_id: str, currency: str, *, success_url: str, cancel_url: str
) -> tuple[str, str]:
    """The hosted page on which a fan saves a card; gives the session's id and the page's address."""
    session = await _ask(
        client().v1.checkout.sessions.create_async(
            {
                "mode": "setup",
                "customer": customer_id,
                "allowed_payment_method_types": [
                    "card"
                ],  # whatever else is switched on in the account can't be a pledge
                "currency": currency.lower(),
                "success_url": success_url,
                "cancel_url": cancel_url,
                "metadata": {"card_setup": str(setup_id)},
            },
            _options(f"card_setup:{setup_id}"),
        )
    )
    return session.id, str(session.url)


async def card_found(session_id: str) -> CardFound:
    session = await _ask(
        client().v1.checkout.sessions.retrieve_async(session_id, {"expand": ["setup_intent.payment_method"]})
    )
    intent = cast(Any, session.setup_intent)
    method = intent.payment_method if intent is not None and intent.status == "succeeded" else None
    if session.status != "complete" or method is None:
        return CardFound(str(session.status))
    return _card_of(method)


def _card_of(method: Any) -> CardFound:
    card = method.card
    if card is None:
        return CardFound("expired")
    return CardFound(
        "complete", method.id, card.brand, card.last4, card.exp_month, card.exp_year, card.fingerprint or ""
    )


async def card_now(payment_method_id: str) -> CardFound:
    """A saved card as it is now. state `expired`: it belongs to its customer no more, and can't be charged again."""
    method = await _ask(client().v1.payment_methods.retrieve_async(payment_method_id))
    return CardFound("expired") if method.customer is None else _card_of(method)


async def let_card_go(payment_method_id: str) -> None:
    try:
        await _ask(client().v1.payment_methods.detach_async(payment_method_id))
    except Refused as refused:
        if refused.code not in ("resource_missing", "payment_method_unexpected_state", ""):
            raise


# --- charges ---


async def charge_card(
    *, key: str, amount_minor: int, currency: str, customer_id: str, payment_method_id: str, charge_id: int, group: str
) -> ChargeOutcome:
    """Charge a saved card without the fan being there. Never raises: what can't be told comes back as unknown."""
    outside_transaction("a charge")
    try:
        intent = await client().v1.payment_intents.create_async(
            {
                "amount": amount_minor,
                "currency": currency.lower(),
                "customer": customer_id,
                "payment_method": payment_method_id,
                "off_session": True,
                "confirm": True,
                "transfer_group": group,
                "metadata": {"charge": str(charge_id)},
                "expand": ["latest_charge.balance_transaction"],
            },
            _options(key),
        )
    except library.CardError as error:
        return _declined(error)
    except library.InvalidRequestError as error:
        if error.code in ("resource_missing", "payment_method_unexpected_state") or error.param == "payment_method":
            return ChargeOutcome(ChargeState.DECLINED, decline_code="card_gone", advice="do_not_try_again")
        # A definite no to what we asked, not to her card: nothing happened, and a person has to look at why.
        return ChargeOutcome(ChargeState.DECLINED, decline_code=f"{ASKED_WRONGLY}{error.code or error.param or ''}")
    except Exception as error:
        return ChargeOutcome(None, decline_code=type(error).__name__)
    return outcome_of(intent)


def _declined(error: library.CardError) -> ChargeOutcome:
    facts: Mapping[str, Any] = cast(dict[str, Any], error.json_body or {}).get("error", {})
    intent = facts.get("payment_intent") or {}
    code = str(facts.get("decline_code") or facts.get("code") or "")
    needs_fan = "authentication_required" in (facts.get("code"), facts.get("decline_code"))
    return ChargeOutcome(
        ChargeState.NEEDS_ACTION if needs_fan else ChargeState.DECLINED,
        payment_intent_id=intent.get("id"),
        charge_id=facts.get("charge"),
        decline_code=code,
        advice=str(facts.get("advice_code") or ""),
    )


# She did not confirm it this time: the same PaymentIntent waits for another try.
_FAN_IS_WANTED = ("authentication_required", "payment_intent_authentication_failure")


def outcome_of(intent: library.PaymentIntent) -> ChargeOutcome:
    """What a PaymentIntent says of the charge it stands for."""
    if intent.status == "succeeded":
        charge = cast(Any, intent.latest_charge)
        transaction = cast(Any, None if isinstance(charge, str) else charge.balance_transaction)
        known = not isinstance(transaction, str | None)
        return ChargeOutcome(
            ChargeState.SUCCEEDED,
            payment_intent_id=intent.id,
            charge_id=_id_of(charge),
            balance_transaction_id=transaction.id if known else None,
            fee_minor=transaction.fee if known else None,
        )
    if intent.status == "canceled":
        return ChargeOutcome(ChargeState.DECLINED, payment_intent_id=intent.id, decline_code="canceled")
    failure = intent.last_payment_error  # has only the keys that apply
    code, decline, advice = (str(getattr(failure, key, "") or "") for key in ("code", "decline_code", "advice_code"))
    if intent.status == "requires_action" or code in _FAN_IS_WANTED:
        return ChargeOutcome(ChargeState.NEEDS_ACTION, payment_intent_id=intent.id, decline_code=decline or code)
    if intent.status == "requires_payment_method":
        return ChargeOutcome(
            ChargeState.DECLINED, payment_intent_id=intent.id, decline_code=decline or code, advice=advice
        )
    return ChargeOutcome(None, payment_intent_id=intent.id)


async def charge_found(payment_intent_id: str) -> ChargeOutcome:
    """Look a charge up by its PaymentIntent."""
    intent = await _ask(
        client().v1.payment_intents.retrieve_async(payment_intent_id, {"expand": ["latest_charge.balance_transaction"]})
    )
    return outcome_of(intent)


async def charge_searched(customer_id: str, charge_id: int, since: int) -> ChargeOutcome | None:
    """Look for a charge whose answer was lost, among the customer's PaymentIntents since then; None: there is none.

    By listing, never by Stripe's search, which lags. since: seconds since 1970.
    """
    page = await _ask(
        client().v1.payment_intents.list_async(
            {
                "customer": customer_id,
                "created": {"gte": since},
                "limit": 100,
                "expand": ["data.latest_charge.balance_transaction"],
            }
        )
    )
    async for intent in _all(page):
        if _is_for(intent, "charge", charge_id):
            return outcome_of(intent)
    return None


async def authenticate(payment_intent_id: str, payment_method_id: str, return_url: str) -> str | None:
    """Confirm a charge again while the fan is there; gives the bank's page to send her to, or None where none is needed."""
    try:
        intent = await _ask(
            client().v1.payment_intents.confirm_async(
                payment_intent_id, {"payment_method": payment_method_id, "return_url": return_url}
            )
        )
    except Refused:
        return None  # declined, or done already: what came of it is fetched
    page = getattr(intent.next_action, "redirect_to_url", None)
    return str(page.url) if intent.status == "requires_action" and page is not None else None


async def cancel_charge(payment_intent_id: str) -> ChargeOutcome:
    """Make sure that a charge which waits for the fan can't succeed any more; gives what it ended as."""
    try:
        intent = await _ask(client().v1.payment_intents.cancel_async(payment_intent_id))
    except Refused:
        return await charge_found(payment_intent_id)
    return outcome_of(intent)


# --- refunds ---


async def refund(*, key: str, stripe_charge_id: str, amount_minor: int, refund_id: int) -> RefundFound:
    """Give money back, and say what came of it so far."""
    made = await _ask(
        client().v1.refunds.create_async(
            {"charge": stripe_charge_id, "amount": amount_minor, "metadata": {"refund": str(refund_id)}},
            _options(key),
        )
    )
    return _refund_of(made)


async def refund_found(stripe_refund_id: str) -> RefundFound:
    return _refund_of(await _ask(client().v1.refunds.retrieve_async(stripe_refund_id)))


async def refund_searched(stripe_charge_id: str, refund_id: int) -> RefundFound | None:
    """Look for a refund whose answer was lost, by listing the charge's; None: there is none."""
    page = await _ask(client().v1.refunds.list_async({"charge": stripe_charge_id, "limit": 100}))
    async for found in _all(page):
        if _is_for(found, "refund", refund_id):
            return _refund_of(found)
    return None


def _refund_of(found: library.Refund) -> RefundFound:
    return RefundFound(
        found.id,
        _refund_state(str(found.status)),
        _id_of(found.balance_transaction),
        _id_of(getattr(found, "failure_balance_transaction", None)),  # Stripe leaves the key out until it fails
    )


def _refund_state(status: str) -> RefundState:
    ended = {"succeeded": RefundState.SUCCEEDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}
    return ended.get(status, RefundState.PENDING)


def _id_of(reference: Any) -> str | None:
    return reference if reference is None or isinstance(reference, str) else str(reference.id)


# --- accounts of organisations, transfers to them ---


async def make_account(organisation_id: int, country: str, email: str) -> str:
    """An account that receives payouts; the platform bears fees and losses, as it is merchant of record."""
    account = await _ask(
        client().v1.accounts.create_async(
            {
                "country": country,
                "email": email,
                "controller": {
                    "fees": {"payer": "application"},
                    "losses": {"payments": "application"},
                    "stripe_dashboard": {"type": "express"},
                },
                "capabilities": {"transfers": {"requested": True}},
                "metadata": {"organisation": str(organisation_id)},
            },
            _options(f"organisation:{organisation_id}:account"),
        )
    )
    return account.id


async def onboarding_link(account_id: str, return_url: str, refresh_url: str) -> str:
    link = await _ask(
        client().v1.account_links.create_async(
            {
                "account": account_id,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
            }
        )
    )
    return link.url


async def account_state(account_id: str) -> str:
    """`started` until all is told, `enabled` while payouts work, `disabled` when Stripe stopped them."""
    account = await _ask(client().v1.accounts.retrieve_async(account_id))
    if account.payouts_enabled:
        return "enabled"
    return "disabled" if account.details_submitted else "started"


async def transfer(
    *, key: str, amount_minor: int, currency: str, account_id: str, group: str, payout_id: int
) -> tuple[str, str | None]:
    """Send money to an organisation's account. Raises Refused (`balance_insufficient` until charges are available)."""
    made = await _ask(
        client().v1.transfers.create_async(
            {
                "amount": amount_minor,
                "currency": currency.lower(),
                "destination": account_id,
                "transfer_group": group,
                "metadata": {"payout": str(payout_id)},
                "expand": ["balance_transaction"],
            },
            _options(key),
        )
    )
    return made.id, _id_of(made.balance_transaction)


async def transfer_searched(account_id: str, group: str, payout_id: int) -> tuple[str, str | None] | None:
    page = await _ask(
        client().v1.transfers.list_async(
            {"destination": account_id, "transfer_group": group, "limit": 100, "expand": ["data.balance_transaction"]}
        )
    )
    async for found in _all(page):
        if _is_for(found, "payout", payout_id):
            return found.id, _id_of(found.balance_transaction)
    return None


# --- disputes ---


async def dispute_found(stripe_dispute_id: str) -> DisputeFound:
    found = await _ask(client().v1.disputes.retrieve_async(stripe_dispute_id))
    details = cast(Any, found.evidence_details)
    return DisputeFound(
        id=found.id,
        stripe_charge_id=str(_id_of(found.charge)),
        amount_minor=found.amount,
        currency=found.currency.upper(),
        reason=found.reason,
        status=str(found.status),
        due_by=details.due_by if details is not None else None,
        transactions=tuple(_transaction(t) for t in found.balance_transactions),
    )


async def answer_dispute(stripe_dispute_id: str, evidence: Mapping[str, str]) -> None:
    """Send the bank our evidence; another text is another answer, so it has another key."""
    params = cast(Any, {"evidence": dict(evidence), "submit": True})
    text = hashlib.sha256(repr(sorted(evidence.items())).encode()).hexdigest()[:16]
    key = f"dispute:{stripe_dispute_id}:answer:{text}"
    await _ask(client().v1.disputes.update_async(stripe_dispute_id, params, _options(key)))


# --- reading back: events and the balance ---


async def event_verified(body: bytes, signature: str, secrets: str) -> tuple[str, str, str, str | None]:
    """Id, type, object and connected account of an event. Raises Refused where the signature is not Stripe's.

    secrets: one, or several with commas: events of connected accounts come to an endpoint of their own.
    """
    for secret in filter(None, secrets.split(",")):
        try:
            library.WebhookSignature.verify_header(body.decode(), signature, secret, tolerance=300)
            event = json.loads(body)
            about = event["data"]["object"].get("id", "")  # a balance, for one, has none
            return event["id"], event["type"], about, event.get("account")
        except (library.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError):
            continue
    raise Refused("That is not an event of Stripe.", "bad_signature")


async def balance_transactions(*, since: int) -> AsyncIterator[BalanceTransaction]:
    """Every movement of the balance since then, newest first. since: seconds since 1970."""
    page = await _ask(client().v1.balance_transactions.list_async({"created": {"gte": since}, "limit": 100}))
    async for found in _all(page):
        yield _transaction(found)


async def balance_minor() -> dict[str, int]:
    """What lies at Stripe by currency, available and pending together."""
    balance = await _ask(client().v1.balance.retrieve_async())
    totals: dict[str, int] = {}
    parts: list[Any] = [*balance.available, *balance.pending]
    for part in parts:
        totals[part.currency.upper()] = totals.get(part.currency.upper(), 0) + part.amount
    return totals


async def register_webhooks(url: str, types: list[str]) -> str:
    """Tell the sandbox where the site listens; gives the secrets that sign its events. Real Stripe is set up by hand.

    Two endpoints, as at Stripe: one for the platform's own events, one for those of connected accounts.
    """
    for endpoint in (await _ask(client().v1.webhook_endpoints.list_async({"limit": 100}))).data:
        await _ask(client().v1.webhook_endpoints.delete_async(endpoint.id))
    secrets = []
    for connect in (False, True):
        wanted = {"url": url, "enabled_events": types, "connect": connect}
        made = await _ask(client().v1.webhook_endpoints.create_async(cast(Any, wanted)))
        secrets.append(str(made.secret))
    return ",".join(secrets)


def _transaction(found: Any) -> BalanceTransaction:
    return BalanceTransaction(
        id=found.id,
        type=found.type,
        source_id=str(_id_of(found.source)),
        amount_minor=found.amount,
        fee_minor=found.fee,
        currency=found.currency.upper(),
        created=found.created,
    )
