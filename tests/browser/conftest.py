"""The real site with its worker and the sandbox, started once; a Chromium; and visitors to it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from crowdfund import clock, settings
from crowdfund.database import close_database, open_database
from crowdfund.payments import stripe
from crowdfund.people.devices import open_device
from crowdfund.pledges import make
from crowdfund.replay.site import Site, running_site
from tests.browser.visitor import PHONE, Visitor
from tests.world import Fan

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="package")
def chromium_path() -> str:
    """The machine's own Chromium, the one without windows first; without any these tests are skipped."""
    for name in ("chromium-headless-shell", "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="package")
async def chromium(chromium_path: str, anyio_backend: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="package")
def running(chromium_path: str) -> Iterator[Site]:
    """Granian with the worker in it, SQLite, and the sandbox that sends its events there: one for all journeys."""
    before = settings._current
    with running_site(None, work=True, commission_bps=1000) as site:
        _lay_in_a_reserve(site)
        yield site
    if before is not None:
        settings.use(before)


def _lay_in_a_reserve(site: Site) -> None:
    """All stories share one balance at the processor: a dispute in one of them must not leave another's payout waiting."""
    ours = site.settings
    httpx.post(
        f"{ours.sandbox_origin}/v1/topups", data={"amount": "100000", "currency": "eur"}, trust_env=False,
        headers={"authorization": f"Bearer {ours.stripe_key}"},
    ).raise_for_status()  # fmt: skip


@pytest.fixture
async def site(running: Site) -> AsyncIterator[Site]:
    """The running site, its database open in this process too, for what a story takes as given."""
    settings.use(running.settings)
    clock.share(running.settings.clock_file)
    await open_database(running.settings.database_url)
    yield running
    await make.finish()
    await stripe.close()
    await close_database()


@dataclass
class Visitors:
    """Opens browsers. `examined`: the pages that axe has looked at, so that each is looked at once."""

    chromium: Browser
    url: str
    examined: set[str]
    thorough: bool
    all: list[Visitor] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def __call__(
        self, person: Fan | None = None, size: tuple[int, int] = PHONE, *, scripts: bool = True, dark: bool = False
    ) -> Visitor:
        """A browser of its own. person: signed in already."""
        context = await self.chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=scripts, locale="en-GB",
            color_scheme="dark" if dark else "light", accept_downloads=True,
            reduced_motion="no-preference" if self.thorough else "reduce",  # what moves is waited for, and drawn all the time
        )  # fmt: skip
        self.contexts.append(context)
        if person is not None:
            secret = await open_device(person.id, device="Chromium on Linux", address="127.0.0.1")
            await context.add_cookies([{"name": "session", "value": secret, "url": self.url}])
        self.all.append(Visitor(await context.new_page(), self.url, self.examined, scripts, self.thorough))
        return self.all[-1]


@pytest.fixture(scope="package")
def examined() -> set[str]:
    return set()


@pytest.fixture
async def visit(
    site: Site, chromium: Browser, examined: set[str], long: bool
) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """`await visit(person, size)`: somebody looks at the site. Afterwards no browser may have complained."""
    visitors = Visitors(chromium, site.url, examined, long)
    yield visitors
    for context in visitors.contexts:
        await context.close()
    assert [complaint for visitor in visitors.all for complaint in visitor.unexpected] == []
