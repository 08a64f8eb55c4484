"""`expand`: ids in an answer replaced by the objects they name, to a depth of four, in single objects and in lists."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import invalid
from crowdfund.sandbox.listing import as_it_is_now
from crowdfund.sandbox.shape import Obj

# Which members of a kind hold the id of another object, and of which kinds that may be.
_LINKS: dict[str, dict[str, tuple[str, ...]]] = {
    "balance_transaction": {
        "source": ("charge", "refund", "transfer", "transfer_reversal", "payout", "topup", "dispute"),
    },
    "charge": {
        "balance_transaction": ("balance_transaction",), "customer": ("customer",),
        "failure_balance_transaction": ("balance_transaction",), "payment_intent": ("payment_intent",),
        "source_transfer": ("transfer",),
    },
    "checkout.session": {
        "customer": ("customer",), "payment_intent": ("payment_intent",), "setup_intent": ("setup_intent",),
    },
    "dispute": {"charge": ("charge",), "payment_intent": ("payment_intent",)},
    "payment_intent": {
        "customer": ("customer",), "latest_charge": ("charge",), "payment_method": ("payment_method",),
    },
    "payment_method": {"customer": ("customer",)},
    "payout": {
        "balance_transaction": ("balance_transaction",), "failure_balance_transaction": ("balance_transaction",),
    },
    "refund": {
        "balance_transaction": ("balance_transaction",), "charge": ("charge",),
        "failure_balance_transaction": ("balance_transaction",), "payment_intent": ("payment_intent",),
    },
    "setup_intent": {"customer": ("customer",), "payment_method": ("payment_method",)},
    "transfer": {
        "balance_transaction": ("balance_transaction",), "destination": ("account",), "source_transaction": ("charge",),
    },
    "transfer_reversal": {"balance_transaction": ("balance_transaction",), "transfer": ("transfer",)},
}  # fmt: skip


def expand(account: Account, answer: Obj, paths: list[str]) -> Obj:
    """The answer with every path expanded, such as latest_charge.balance_transaction or data.customer.

    Raises ApiError for a path that names nothing expandable.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > 4 + (steps[0] == "data"):
            raise invalid(f"{path} is deeper than four levels.", param="expand", code="property_expansion_max_depth")
        _walk(account, answer, steps, path)
    return answer


def _walk(account: Account, obj: Obj, steps: list[str], path: str) -> None:
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    if obj.get("object") == "list" and step == "data":
        for member in obj["data"]:
            _walk(account, member, rest, path)
        return
    if isinstance(obj.get(step), dict) and obj[step].get("object"):  # expanded already, by another path
        _walk(account, obj[step], rest, path)
        return
    kinds = _LINKS.get(obj["object"], {}).get(step)
    if kinds is None:
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if obj.get(step) is not None:
        obj[step] = _object(account, kinds, obj[step])
        if isinstance(obj[step], dict):
            _walk(account, obj[step], rest, path)


def _object(account: Account, kinds: tuple[str, ...], object_id: str) -> Any:
    if object_id in account.as_answered:
        return dict(account.as_answered[object_id])
    for kind in kinds:
        found = account.find(kind, object_id)
        if found is not None:
            return as_it_is_now(account, found)
    return object_id
