"""One account as an operation sees it: its objects, its time, its events. Made anew for every request."""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.sandbox import errors, events, shape, shapes_cards, shapes_money
from crowdfund.sandbox.ids import new_id
from crowdfund.sandbox.shape import Obj
from crowdfund.sandbox.store import Owner, Store

PREFIX = {
    "account": "acct_", "balance_transaction": "txn_", "charge": "ch_", "checkout.session": "cs_test_", "customer": "cus_",
    "dispute": "dp_", "event": "evt_", "payment_intent": "pi_", "payment_method": "pm_", "payout": "po_", "refund": "re_",
    "setup_intent": "seti_", "topup": "tu_", "transfer": "tr_", "transfer_reversal": "trr_", "webhook_endpoint": "we_",
}  # fmt: skip


assert shapes_cards and shapes_money  # imported to make the kinds known


class Account:
    """An API key's account, or one connected to it, during one request.

    origin: where the caller reaches the sandbox, for the addresses of hosted pages. request_id, idempotency_key: for events;
    both are None where time itself made something happen.
    """

    __slots__ = ("as_answered", "idempotency_key", "origin", "owner", "request_id", "store")

    def __init__(
        self,
        store: Store,
        owner: Owner,
        *,
        origin: str = "",
        request_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        self.store = store
        self.owner = owner
        self.origin = origin
        self.request_id = request_id
        self.idempotency_key = idempotency_key
        self.as_answered: dict[str, Obj] = {}  # objects whose answer is older than what is stored: see charges.charge

    @property
    def n(self) -> int:
        return self.owner.n

    @property
    def now(self) -> int:
        """Seconds since 1970: the site's business time, and what this key was moved ahead of it."""
        return clock.now_us() // 1_000_000 + self.store.ahead_seconds(self.owner.platform)

    def connected(self, account_id: str) -> Account | None:
        """The account with this id, if it is connected to this one."""
        owner = self.store.connected(self.owner.platform, account_id)
        if owner is None:
            return None
        return Account(
            self.store, owner, origin=self.origin, request_id=self.request_id, idempotency_key=self.idempotency_key
        )

    def platform(self) -> Account:
        return Account(
            self.store, self.store.owner(self.owner.platform), origin=self.origin, request_id=self.request_id
        )

    def new(self, kind: str, **values: Any) -> Obj:
        """A new object, not stored yet, with an id and its time."""
        return shape.filled(kind, {"id": new_id(PREFIX[kind]), "created": self.now, **values})

    def insert(self, obj: Obj) -> None:
        self.store.insert(self.n, obj)

    def save(self, obj: Obj) -> None:
        self.store.update(obj)

    def find(self, kind: str, object_id: str) -> Obj | None:
        return self.store.get(self.n, kind, object_id)

    def get(self, kind: str, object_id: str, *, param: str | None = None) -> Obj:
        """An object of this account. param: the parameter that named it; without one its id was in the path."""
        obj = self.find(kind, object_id)
        if obj is None:
            raise errors.missing(kind, object_id, param=param)
        return obj

    def require(self, kind: str, object_id: str | None, *, param: str) -> None:
        """Refuse a request that names an object which does not exist; None names nothing."""
        if object_id is not None and self.store.place(self.n, kind, object_id) is None:
            raise errors.missing(kind, object_id, param=param)

    def due(self, at: int, what: str, object_id: str) -> None:
        """Have something happen at this second of this account's time: see due.py."""
        self.store.add_due(self.n, at, what, object_id)

    def emit(self, type: str, obj: Obj, before: Obj | None = None) -> None:
        """Tell what happened. before: the members that changed, as they were."""
        events.emit(self, type, obj, before)
