"""The simulated bank's page: its card's holder confirms a payment, or the saving of a card, or does not."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.sandbox import checkout, payment_intents, setup_intents
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.door import Door
from crowdfund.sandbox.hosted.page import form, gone, page, see_other
from crowdfund.sandbox.shape import Obj, private, shown

_OVER = "There is nothing to confirm here any more."


class AuthenticationPage:
    def __init__(self, door: Door, merchant: str) -> None:
        self._door = door
        self._merchant = merchant

    async def show(self, request: Request) -> Response:
        found = self._waiting(request)
        if found is None:
            return gone(_OVER)
        account, intent = found
        method = account.get("payment_method", intent["payment_method"])
        leads_to = (private(intent)["return_url"], _end_of_session(account, intent))
        values = {"intent": intent, "last4": method["card"]["last4"], "merchant": self._merchant}
        return page("authentication.html", leads_to=leads_to, **values)

    async def submit(self, request: Request) -> Response:
        sent = await form(request)
        found = self._waiting(request)
        if found is None:
            return gone(_OVER)
        account, intent = found
        with account.store.transaction():
            passed = _confirm(account, intent) if sent.get("outcome") == "complete" else _fail(account, intent)
            if passed and (session_id := private(intent).get("session")):
                checkout.complete(account, account.get("checkout.session", session_id))
        kind = intent["object"]
        told = {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"]}
        return see_other(private(intent)["return_url"], **told, redirect_status="succeeded" if passed else "failed")

    def _waiting(self, request: Request) -> tuple[Account, Obj] | None:
        """The intent whose secret is in the address, if it waits for its holder."""
        secret = request.path_params["secret"]
        kind = "payment_intent" if secret.startswith("pi_") else "setup_intent"
        found = self._door.store.find(kind, secret.partition("_secret_")[0])
        if found is None or found[1]["client_secret"] != secret or found[1]["status"] != "requires_action":
            return None
        if not private(found[1]).get("return_url"):
            return None
        return Account(self._door.store, self._door.store.owner(found[0]), origin=self._door.origin_of(request)), found[
            1
        ]


def _confirm(account: Account, intent: Obj) -> bool:
    method = account.get("payment_method", intent["payment_method"])
    if intent["object"] == "setup_intent":
        return setup_intents.confirm_setup(account, intent, method, return_url=None, authenticated=True) is None
    no = payment_intents.pay(account, intent, method, off_session=False, return_url=None, authenticated=True)
    return no is None


def _fail(account: Account, intent: Obj) -> bool:
    method = account.get("payment_method", intent["payment_method"])
    if intent["object"] == "payment_intent":
        payment_intents.fail_authentication(account, intent, method)
        return False
    error = {
        "code": "setup_intent_authentication_failure", "message": "The authentication of this card failed.",
        "payment_method": shown(method), "type": "invalid_request_error",
    }  # fmt: skip
    setup_intents.fail_setup(account, intent, error)
    return False


def _end_of_session(account: Account, intent: Obj) -> str | None:
    """Where the Checkout session that this intent belongs to leads in the end."""
    session_id = private(intent).get("session")
    if session_id is None:
        return None
    url: str = account.get("checkout.session", session_id)["success_url"]
    return url
