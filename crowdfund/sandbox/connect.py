"""Connected accounts and the links to their onboarding: who may be paid, and what they still have to show."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_territory_currencies

from crowdfund import clock
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.errors import invalid, missing
from crowdfund.sandbox.ids import new_id, random_letters
from crowdfund.sandbox.methods import Params
from crowdfund.sandbox.shape import Obj, private

CREATE = frozenset(
    {"business_profile", "business_type", "capabilities", "controller", "country", "default_currency", "email", "metadata",
     "settings", "tos_acceptance", "type"}
)  # fmt: skip
LINK = frozenset({"account", "collect", "collection_options", "refresh_url", "return_url", "type"})
DAY_SECONDS = 86_400
LINK_LIVES_SECONDS = 300  # wall time: a link is for the next click
WANTED = [
    "business_profile.url", "external_account", "representative.first_name", "representative.last_name",
    "tos_acceptance.date", "tos_acceptance.ip",
]  # fmt: skip
OUTCOMES = ("complete", "unfinished", "rejected")
_CONTROLLERS: dict[str, dict[str, Any]] = {
    "express": {"fees": "application_express", "losses": "application", "dashboard": "express", "collects": "stripe"},
    "custom": {"fees": "application_custom", "losses": "application", "dashboard": "none", "collects": "application"},
    "standard": {"fees": "account", "losses": "stripe", "dashboard": "full", "collects": "stripe"},
}


def create(account: Account, params: Params) -> Obj:
    """Connect an account. It can take no money before its onboarding was completed."""
    if "type" in params and "controller" in params:
        raise invalid("Give one of type and controller.", param="controller")
    country = params.get("country", "US")
    currencies = get_territory_currencies(country)
    if not currencies:
        raise invalid(f"Stripe does not support the country {country}.", param="country", code="country_unsupported")
    copied = ("business_profile", "business_type", "email", "metadata")
    made = account.new(
        "account", controller=_controller(params), country=country, type=params.get("type", "none"),
        default_currency=params.get("default_currency", currencies[0].lower()),
        capabilities=dict.fromkeys(_capabilities(params), "inactive"),
        **{name: params[name] for name in copied if params.get(name)},
    )  # fmt: skip
    made["settings"] = _within(made["settings"], params.get("settings", {}))
    made["tos_acceptance"] = _within(made["tos_acceptance"], params.get("tos_acceptance", {}))
    made["external_accounts"] = _empty_list(f"/v1/accounts/{made['id']}/external_accounts")
    _require(made, WANTED, "requirements.past_due")
    account.insert(made)
    account.store.add_connected(account.n, made["id"])
    return made


def _capabilities(params: Params) -> list[str]:
    """What is asked for. Who only receives takes no cards; everybody else does, unless Stripe has approved the platform for less."""
    wanted = [name for name, asked in params.get("capabilities", {}).items() if asked.get("requested")]
    takes_cards = "card_payments" in wanted
    if params.get("tos_acceptance", {}).get("service_agreement") == "recipient":
        if takes_cards:
            raise invalid(
                "An account under the recipient service agreement can't request card_payments.", param="capabilities"
            )
    elif "transfers" in wanted and not takes_cards:
        message = "Your platform needs approval for accounts to have requested transfers without the card_payments capability."
        raise invalid(message, param="capabilities")
    return wanted


def _controller(params: Params) -> Obj:
    usual = _CONTROLLERS[params.get("type", "express" if "controller" in params else "standard")]
    asked = params.get("controller", {})
    return {
        "fees": {"payer": asked.get("fees", {}).get("payer", usual["fees"])},
        "is_controller": True,
        "losses": {"payments": asked.get("losses", {}).get("payments", usual["losses"])},
        "requirement_collection": asked.get("requirement_collection", usual["collects"]),
        "stripe_dashboard": {"type": asked.get("stripe_dashboard", {}).get("type", usual["dashboard"])},
        "type": "application",
    }


def _within(usual: Obj, asked: Obj) -> Obj:
    """Settings as they are asked for, and for the rest as they usually are."""
    return {
        **usual,
        **{n: _within(usual.get(n) or {}, value) if isinstance(value, dict) else value for n, value in asked.items()},
    }


def _empty_list(url: str) -> Obj:
    return {"object": "list", "data": [], "has_more": False, "url": url}


def _require(made: Obj, wanted: list[str], disabled: str | None) -> None:
    made["requirements"].update(currently_due=wanted, eventually_due=wanted, past_due=wanted, disabled_reason=disabled)


def retrieve(account: Account, params: Params, account_id: str) -> Obj:
    return account.get("account", account_id)


def onboard(account: Account, account_id: str, outcome: str) -> Obj:
    """What came of an account's onboarding: one of OUTCOMES. account: the platform's."""
    made = account.get("account", account_id)
    before = {name: made[name] for name in ("charges_enabled", "details_submitted", "payouts_enabled")}
    if outcome == "unfinished":
        return made
    able = outcome == "complete"
    made.update(charges_enabled=able, details_submitted=True, payouts_enabled=able)
    made["capabilities"] = dict.fromkeys(made["capabilities"], "active" if able else "inactive")
    _require(made, [], None if able else "rejected.other")
    if able and not made["external_accounts"]["data"]:
        made["external_accounts"]["data"] = [_bank_account(made)]
    account.save(made)
    of = account.connected(made["id"])
    assert of is not None
    of.emit("account.updated", made, before)
    return made


def _bank_account(made: Obj) -> Obj:
    return {
        "id": new_id("ba_"), "object": "bank_account", "account": made["id"], "account_holder_name": None,
        "account_holder_type": None, "account_type": None, "available_payout_methods": ["standard"],
        "bank_name": "SIMULATED BANK", "country": made["country"], "currency": made["default_currency"],
        "default_for_currency": True, "fingerprint": None, "last4": "6789", "metadata": {}, "routing_number": None,
        "status": "new",
    }  # fmt: skip


def payable(account: Account, account_id: str) -> tuple[Account, Obj]:
    """A connected account that may receive transfers. Raises ApiError where it does not exist or may not."""
    of = account.connected(account_id)
    if of is None:
        raise missing("destination", account_id, param="destination")
    made = account.get("account", account_id)
    if made["capabilities"].get("transfers") != "active":
        message = "The destination account has no active capability for transfers."
        raise invalid(message, param="destination", code="insufficient_capabilities_for_transfer")
    return of, made


def schedule_payout(of: Account, made: Obj, available_on: int | None) -> None:
    """What came into a connected account leaves for its bank at the next midnight (UTC) at which it is available.

    Not where the platform has set its payouts to manual.
    """
    if made["settings"]["payouts"]["schedule"]["interval"] != "manual":
        midnight = (max(of.now, available_on or 0) // DAY_SECONDS + 1) * DAY_SECONDS
        of.due(midnight, "automatic_payout", made["id"])


def create_link(account: Account, params: Params) -> Obj:
    """A link to an account's onboarding: for one visit, within five minutes."""
    account.get("account", params["account"], param="account")
    for name in ("refresh_url", "return_url"):
        if name not in params:
            raise invalid(f"Missing required param: {name}.", param=name, code="parameter_missing")
    token = random_letters(40)
    link = {
        "object": "account_link",
        "created": account.now,
        "expires_at": account.now + LINK_LIVES_SECONDS,
        "url": f"{account.origin}/connect/onboarding/{token}",
    }
    kept = {"account": params["account"], "refresh_url": params["refresh_url"], "return_url": params["return_url"]}
    until_us = clock.wall_now_us() + LINK_LIVES_SECONDS * 1_000_000
    account.insert({**link, "id": token, "_": {**kept, "until_us": until_us}})
    return link


def open_link(account: Account, link: Obj) -> bool:
    """Use a link up. False where that was done before, or where it is too late."""
    kept = private(link)
    fresh = not kept.get("opened") and clock.wall_now_us() < kept["until_us"]
    if fresh:
        kept["opened"] = True
        account.save(link)
    return fresh


def named(made: Obj) -> str:
    """What to call an account to a person."""
    return str(made["business_profile"]["name"] or made["email"] or made["id"])
