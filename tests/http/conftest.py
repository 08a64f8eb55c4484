"""A whole site in this process, and visitors to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from crowdfund import settings
from crowdfund.app import ROUTES, make_app
from crowdfund.database import outbox
from crowdfund.jobs import JOBS
from crowdfund.people import accounts, devices
from crowdfund.people.models import Mail, Person, StaffRole
from crowdfund.people.tokens import make_token
from crowdfund.web import page_cache
from crowdfund.web.routes import Route
from crowdfund.worker import work_until_idle
from tests.bank import books_proven, no_faults
from tests.http.browser import Browser
from tests.world import hash_of

PASSWORD = "river moon over lanting"


class SignedIn(Browser):
    """A browser in which a person is signed in."""

    person: Person
    secret: str


@dataclass
class SiteUnderTest:
    """The app, with the worker's part done when a test says so."""

    app: Any
    settings: settings.Settings
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, **more: Any) -> Browser:
        """Somebody who isn't signed in."""
        self.browsers.append(Browser(self.app, **more))
        return self.browsers[-1]

    async def signed_up(self, name: str, *, staff: StaffRole | None = None, locale: str = "en") -> SignedIn:
        """A new person with a confirmed address, `<name>@example.com`, signed in on a browser of their own."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        person = await accounts.make_person_with(name, email, await hash_of(PASSWORD), staff_role=staff, locale=locale)
        return await self.signed_in(person)

    async def signed_in(self, person: Person) -> SignedIn:
        browser = SignedIn(self.app)
        browser.person = person
        browser.secret = await devices.open_device(person.id, device="Firefox on Linux", address="203.0.113.7")
        browser.client.cookies.set("session", browser.secret, domain="127.0.0.1")
        self.browsers.append(browser)
        return browser

    async def token(self, person: Person, *scopes: str) -> dict[str, str]:
        """The header of an API token of this person."""
        return {"authorization": f"Bearer {await make_token(person.id, 'a test', scopes)}"}

    async def work(self) -> None:
        """Do the jobs that wait: mails are written and kept."""
        while await outbox.work_off(JOBS):
            pass

    async def mails_to(self, address: str) -> list[Mail]:
        """What was mailed to somebody, the newest first."""
        await self.work()
        return await Mail.filter(to_address=address).order_by("-id")


def forget_tries() -> None:
    """Limits kept in memory live as long as the process; a test starts with none spent."""
    for route in ROUTES:
        if isinstance(route, Route) and route.limit is not None:
            route.limit._arrivals.clear()


@pytest.fixture
async def site(database: str, site_settings: settings.Settings) -> AsyncIterator[SiteUnderTest]:
    page_cache.forget_everything()  # pages of the test before, from another database
    forget_tries()
    under_test = SiteUnderTest(make_app(site_settings), site_settings)
    yield under_test
    for browser in under_test.browsers:
        await browser.client.aclose()


@pytest.fixture
async def proven_when_idle(database: str) -> AsyncIterator[None]:
    """After a story about money the processor is well again, all that was due is done, and the books are proven."""
    yield
    await no_faults()
    await work_until_idle()
    await books_proven()
