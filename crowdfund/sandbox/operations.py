"""Every call of Stripe's API that the sandbox answers: its name, address, parameters and what carries it out.

The names are those of the `stripe` library: `payment_intents.create` is `client.v1.payment_intents.create`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crowdfund.sandbox import (
    balance,
    checkout,
    connect,
    disputes,
    listing,
    methods,
    payment_intents,
    payouts,
    refunds,
    setup_intents,
    topups,
    transfers,
    webhook_endpoints,
)
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.shape import Obj

Work = Callable[..., Obj]  # (account, params, *ids of the path) to the answer


@dataclass(frozen=True, slots=True)
class Operation:
    """type_name: its parameters in stripe.params; takes: those that the sandbox acts on."""

    name: str
    method: str
    path: str
    type_name: str
    work: Work
    takes: frozenset[str] = field(default=frozenset())


def _retrieve(kind: str) -> Work:
    def retrieve(account: Account, params: Params, object_id: str) -> Obj:
        return listing.as_it_is_now(account, account.get(kind, object_id))

    return retrieve


def _list(kind: str, path: str) -> Work:
    def list_(account: Account, params: Params) -> Obj:
        return listing.page_of(account, kind, params, f"/v1/{path}")

    return list_


def _of_kind(path: str, kind: str, type_name: str, *filters: str) -> list[Operation]:
    """The two operations that most kinds share: retrieve one, list many. filters: by what the list can be narrowed."""
    name, base = path.replace("/", "."), type_name
    return [
        Operation(f"{name}.retrieve", "GET", f"{path}/{{}}", f"{base}RetrieveParams", _retrieve(kind)),
        Operation(f"{name}.list", "GET", path, f"{base}ListParams", _list(kind, path), listing.PAGING | set(filters)),
    ]


def _post(name: str, path: str, type_name: str, work: Work, *takes: Any) -> Operation:
    return Operation(name, "POST", path, type_name, work, frozenset().union(*takes))


_BY_CUSTOMER = listing.PAGING | {"customer", "type"}
_CANCEL = {"cancellation_reason"}

OPERATIONS: list[Operation] = [
    _post("customers.create", "customers", "CustomerCreateParams", methods.create_customer, methods.CUSTOMER),
    _post("customers.update", "customers/{}", "CustomerUpdateParams", methods.update_customer, methods.CUSTOMER),
    Operation("customers.retrieve", "GET", "customers/{}", "CustomerRetrieveParams", _retrieve("customer")),
    Operation(
        "customers.payment_methods.list", "GET", "customers/{}/payment_methods", "CustomerPaymentMethodListParams",
        methods.list_methods_of_customer, listing.PAGING | {"type"},
    ),
    Operation("payment_methods.retrieve", "GET", "payment_methods/{}", "PaymentMethodRetrieveParams", _retrieve("payment_method")),
    Operation("payment_methods.list", "GET", "payment_methods", "PaymentMethodListParams", methods.list_methods, _BY_CUSTOMER),
    _post("payment_methods.attach", "payment_methods/{}/attach", "PaymentMethodAttachParams", methods.attach, {"customer"}),
    _post("payment_methods.detach", "payment_methods/{}/detach", "PaymentMethodDetachParams", methods.detach),
    _post("setup_intents.create", "setup_intents", "SetupIntentCreateParams", setup_intents.create_setup, setup_intents.SETUP),
    _post("setup_intents.cancel", "setup_intents/{}/cancel", "SetupIntentCancelParams", setup_intents.cancel_setup, _CANCEL),
    *_of_kind("setup_intents", "setup_intent", "SetupIntent", "created", "customer", "payment_method"),
    _post("payment_intents.create", "payment_intents", "PaymentIntentCreateParams", payment_intents.create, payment_intents.CREATE),
    _post(
        "payment_intents.confirm", "payment_intents/{}/confirm", "PaymentIntentConfirmParams", payment_intents.confirm,
        payment_intents.CONFIRM,
    ),
    _post("payment_intents.cancel", "payment_intents/{}/cancel", "PaymentIntentCancelParams", payment_intents.cancel, _CANCEL),
    *_of_kind("payment_intents", "payment_intent", "PaymentIntent", "created", "customer"),
    *_of_kind("charges", "charge", "Charge", "created", "customer", "payment_intent", "transfer_group"),
    _post("checkout.sessions.create", "checkout/sessions", "checkout.SessionCreateParams", checkout.create, checkout.CREATE),
    _post("checkout.sessions.expire", "checkout/sessions/{}/expire", "checkout.SessionExpireParams", checkout.expire),
    *_of_kind("checkout/sessions", "checkout.session", "checkout.Session", "created", "customer", "payment_intent", "status"),
    _post("refunds.create", "refunds", "RefundCreateParams", refunds.create, refunds.CREATE),
    *_of_kind("refunds", "refund", "Refund", "created", "charge", "payment_intent"),
    _post("disputes.update", "disputes/{}", "DisputeUpdateParams", disputes.update, disputes.UPDATE),
    _post("disputes.close", "disputes/{}/close", "DisputeCloseParams", disputes.accept),
    *_of_kind("disputes", "dispute", "Dispute", "created", "charge", "payment_intent"),
    _post("accounts.create", "accounts", "AccountCreateParams", connect.create, connect.CREATE),
    Operation("accounts.retrieve", "GET", "accounts/{}", "AccountRetrieveParams", _retrieve("account")),
    _post("account_links.create", "account_links", "AccountLinkCreateParams", connect.create_link, connect.LINK),
    _post("transfers.create", "transfers", "TransferCreateParams", transfers.create, transfers.CREATE),
    Operation("transfers.retrieve", "GET", "transfers/{}", "TransferRetrieveParams", transfers.retrieve),
    _of_kind("transfers", "transfer", "Transfer", "created", "destination", "transfer_group")[1],
    _post(
        "transfers.reversals.create", "transfers/{}/reversals", "TransferReversalCreateParams", transfers.reverse,
        transfers.REVERSE,
    ),
    Operation(
        "transfers.reversals.list", "GET", "transfers/{}/reversals", "TransferReversalListParams", transfers.list_reversals,
        listing.PAGING,
    ),
    _post("payouts.create", "payouts", "PayoutCreateParams", payouts.create, payouts.CREATE),
    *_of_kind("payouts", "payout", "Payout", "created", "destination", "status"),
    _post("topups.create", "topups", "TopupCreateParams", topups.create, topups.CREATE),
    *_of_kind("topups", "topup", "Topup", "created", "status"),
    Operation("balance.retrieve", "GET", "balance", "BalanceRetrieveParams", balance.retrieve),
    *_of_kind("balance_transactions", "balance_transaction", "BalanceTransaction", "created", "payout", "source", "type"),
    *_of_kind("events", "event", "Event", "created", "type", "types"),
    _post(
        "webhook_endpoints.create", "webhook_endpoints", "WebhookEndpointCreateParams", webhook_endpoints.create,
        webhook_endpoints.CREATE,
    ),
    Operation(
        "webhook_endpoints.delete", "DELETE", "webhook_endpoints/{}", "WebhookEndpointDeleteParams", webhook_endpoints.delete,
    ),
    *_of_kind("webhook_endpoints", "webhook_endpoint", "WebhookEndpoint"),
]  # fmt: skip

_BY_ADDRESS = {(operation.method, tuple(operation.path.split("/"))): operation for operation in OPERATIONS}


def match(method: str, path: str) -> tuple[Operation, list[str]] | None:
    """The operation at an address below /v1/, and the ids in it."""
    parts = path.split("/")
    for pattern, ids in _patterns(parts):
        operation = _BY_ADDRESS.get((method, pattern))
        if operation is not None:
            return operation, ids
    return None


def _patterns(parts: list[str]) -> list[tuple[tuple[str, ...], list[str]]]:
    """How an address may be read: as it stands, or with the second or third part as an id."""
    readings = [(tuple(parts), list[str]())]
    for at in (1, 2):
        if len(parts) > at:
            readings.append(((*parts[:at], "{}", *parts[at + 1 :]), [parts[at]]))
    return readings
