"""A seller's or producer's onboarding at the processor: finish it, leave it, or be rejected."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.sandbox import connect
from crowdfund.sandbox.account import Account
from crowdfund.sandbox.door import Door
from crowdfund.sandbox.hosted.page import form, gone, page, see_other
from crowdfund.sandbox.shape import Obj, private


class OnboardingPage:
    def __init__(self, door: Door, merchant: str) -> None:
        self._door = door
        self._merchant = merchant

    async def show(self, request: Request) -> Response:
        """One visit uses the link up; a second one, or a late one, is sent to the site for a new link."""
        found = self._link(request)
        if found is None:
            return gone("There is no such onboarding page.")
        account, link = found
        if not connect.open_link(account, link):
            return see_other(private(link)["refresh_url"])
        made = account.get("account", private(link)["account"])
        leads_to = (private(link)["return_url"],)
        return page(
            "onboarding.html", leads_to=leads_to, account=made, name=connect.named(made), merchant=self._merchant
        )

    async def submit(self, request: Request) -> Response:
        sent = await form(request)
        found = self._link(request)
        if found is None or not private(found[1]).get("opened") or private(found[1]).get("used"):
            return gone("This onboarding page was used already.")
        account, link = found
        outcome = sent.get("outcome", "unfinished")
        with account.store.transaction():
            connect.onboard(account, private(link)["account"], outcome if outcome in connect.OUTCOMES else "unfinished")
            private(link)["used"] = True
            account.save(link)
        return see_other(private(link)["return_url"])

    def _link(self, request: Request) -> tuple[Account, Obj] | None:
        found = self._door.store.find("account_link", request.path_params["token"])
        if found is None:
            return None
        return Account(self._door.store, self._door.store.owner(found[0]), origin=self._door.origin_of(request)), found[
            1
        ]
