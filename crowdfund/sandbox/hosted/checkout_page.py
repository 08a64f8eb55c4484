"""The hosted Checkout page: choose a test card, save it or pay, or go back."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.sandbox import cards, checkout, due
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.door import Door
from crowdfund.sandbox.hosted.page import form, gone, page, see_other
from crowdfund.sandbox.shape import Obj, private

_Work = Callable[[Account, Obj], Response]

_FIRST = ("ok", "authentication_always", "declines_later", "insufficient_funds")
_CHOOSE = "Please choose one of the test cards."
_EMAIL = "Please give an e-mail address, like ada@example.com."
_UNCONFIRMED = "The bank could not confirm that it is you. Please try again, or choose another card."


class CheckoutPage:
    def __init__(self, door: Door, merchant: str) -> None:
        self._door = door
        self._merchant = merchant

    async def show(self, request: Request) -> Response:
        return await self._with_session(request, self._open_page)

    async def submit(self, request: Request) -> Response:
        sent = await form(request)
        return await self._with_session(request, lambda account, session: self._take(account, session, sent))

    async def back(self, request: Request) -> Response:
        """Where the bank's page sends the person: on to the site, or once more to the cards."""
        failed = request.query_params.get("redirect_status") != "succeeded"
        sentence = _UNCONFIRMED if failed else ""
        return await self._with_session(request, lambda account, session: self._page(account, session, {}, sentence))

    async def _with_session(self, request: Request, work: _Work) -> Response:
        found = self._door.store.find("checkout.session", request.path_params["session"])
        if found is None:
            return gone("There is no such Checkout page.")
        account = Account(self._door.store, self._door.store.owner(found[0]), origin=self._door.origin_of(request))
        due.run(account)
        session = account.get("checkout.session", found[1]["id"])
        if session["status"] == "expired":
            return gone("This Checkout page has expired. Nothing was charged.", status=410, back=session["cancel_url"])
        if session["status"] == "complete":
            return see_other(success_url(session))
        return work(account, session)

    def _open_page(self, account: Account, session: Obj) -> Response:
        return self._page(account, session, {}, "")

    def _take(self, account: Account, session: Obj, sent: dict[str, str]) -> Response:
        card = cards.BY_NAME.get(sent.get("card", ""))
        email = _email_of(account, session) or sent.get("email", "").strip()
        if card is None:
            return self._page(account, session, sent, _CHOOSE, status=422)
        if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or len(email) > 254:
            return self._page(account, session, sent, _EMAIL, status=422)
        with account.store.transaction():
            no = checkout.submit(account, session, card, email)
            intent = checkout.intent_of(account, session)
            if no is None and intent and intent["status"] == "succeeded":
                checkout.complete(account, session)
                return see_other(success_url(session))
        if no is None and intent:
            return see_other(intent["next_action"]["redirect_to_url"]["url"])
        return self._page(account, session, sent, checkout.sentence(no) if no else _UNCONFIRMED, status=402)

    def _page(
        self, account: Account, session: Obj, sent: dict[str, str], sentence: str, *, status: int = 200
    ) -> Response:
        known = _email_of(account, session)
        intent = checkout.intent_of(account, session)
        return page(
            "checkout.html",
            status=status,
            leads_to=(session["success_url"], session["cancel_url"]),
            cards=cards.CARDS,
            chosen=sent.get("card") or "ok",
            first=_FIRST,
            email=known or sent.get("email", ""),
            email_known=bool(known),
            items=private(session).get("items", []),
            merchant=self._merchant,
            note=(session["custom_text"]["submit"] or {}).get("message"),
            purpose=intent["description"] if intent else private(session).get("intent", {}).get("description"),
            sentence=sentence,
            session=session,
        )


def success_url(session: Obj) -> str:
    """Where a completed session sends the person."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _email_of(account: Account, session: Obj) -> str | None:
    if session["customer"]:
        found: str | None = account.get("customer", session["customer"])["email"]
        return found or session["customer_email"]
    email: str | None = session["customer_email"]
    return email
