"""Somebody at a browser: she presses what she reads, and every page that she meets is looked at while she is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Error, Locator, Page, Response, expect
from starlette.routing import Match

from crowdfund.app import ROUTES
from crowdfund.web.routes import Route

PHONE, DESKTOP = (390, 844), (1280, 800)
PATIENCE_MS = 15_000
_AXE = Axe()
# Rules of axe that are never serious.
_MILD = (
    "region", "landmark-banner-is-top-level", "landmark-complementary-is-top-level", "landmark-contentinfo-is-top-level",
    "landmark-main-is-top-level", "landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo",
    "landmark-no-duplicate-main", "landmark-one-main", "landmark-unique", "heading-order", "page-has-heading-one", "empty-heading",
    "empty-table-header", "aria-allowed-role", "aria-deprecated-role", "image-redundant-alt", "presentation-role-conflict",
    "scope-attr-valid", "skip-link", "table-duplicate-name", "meta-viewport-large",
)  # fmt: skip
# What a page says about what just happened; and, where there is time to look at all of them, what stands on it.
_SAYS = ".flash, .errors, .empty, .notice"
_STANDS = f"h2, {_SAYS}, table, form, .chart, .verdict"
_LOOKS = """parts => [...document.querySelectorAll(parts)]
    .map(part => part.matches('h2') ? part.textContent : part.tagName + part.className)"""
_WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@dataclass
class Visitor:
    """One browser window. `complaints` is what the browser wrote into its console; a test ends with none.

    awaited: complaints that have this in them are what the story is about.
    thorough: axe looks at a page again when other things stand on it, not only when it says other things.
    """

    page: Page
    url: str
    examined: set[str]
    scripts: bool = True
    thorough: bool = False
    complaints: list[str] = field(default_factory=list)
    awaited: str = ""
    _documents: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._documents.add(response.url)
        elif response.status >= 400:
            self.complaints.append(f"{self.page.url}: {response.status} for {response.url}")
        if response.status >= 500:
            self.complaints.append(f"{response.status} for {response.url}")

    def _hear(self, message: ConsoleMessage) -> None:
        """An error in the console, content policy included; that a page was a refusal itself is no news."""
        address = message.location["url"]
        told = message.text.startswith("Failed to load resource") and address in self._documents
        icon = address.endswith("/favicon.ico") and not address.startswith(self.url)  # the sandbox has none
        if message.type == "error" and not told and not icon:
            self.complaints.append(f"{self.page.url}: {message.text}")

    @property
    def unexpected(self) -> list[str]:
        return [one for one in self.complaints if not self.awaited or self.awaited not in one]

    # --- going about ---

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    async def goes_to(self, path: str) -> None:
        await self.page.goto(self.url + path if path.startswith("/") else path)
        await self.examine()

    async def follows(self, words: str, *, beside: str = "", among: str = "") -> None:
        """Press a link that reads so, or begins so. beside: in the row that has these words. among: in the navigation of this name."""
        await self._lands_by(self._one("link", words, beside, among))

    async def presses(self, words: str, *, beside: str = "", sure: bool = False) -> None:
        """Press a button. sure: it asks first, in a dialog, and she says yes."""
        button = self._one("button", words, beside)
        if sure and self.scripts:
            await button.click()
            button = self.page.locator("dialog[open] [value=yes]")
        await self._lands_by(button)

    def _one(self, role: str, words: str, beside: str = "", among: str = "") -> Locator:
        whole = self.page.get_by_role("navigation", name=among, exact=True) if among else self.page
        where = whole.locator("li, tr", has_text=beside) if beside else whole
        begins = re.compile(rf"^\s*{re.escape(words)}")
        exact = where.get_by_role(role, name=words, exact=True)  # type: ignore[arg-type]
        near = where.get_by_role(role, name=begins)  # type: ignore[arg-type]
        return exact.or_(near).filter(visible=True).first

    async def _lands_by(self, target: Locator) -> None:
        async with self.page.expect_navigation(wait_until="load"):
            await target.click(no_wait_after=True)
        await self.examine()

    async def types(self, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, text in fields.items():
            await self.page.locator(f"main [name='{name}']").filter(visible=True).first.fill(text)

    async def picks(self, words: str) -> None:
        """Choose the ring or the box whose label has these words."""
        await self.page.locator("label", has_text=words).locator("input").first.check()

    async def chooses(self, **fields: str) -> None:
        """Choose from lists by their names."""
        for name, value in fields.items():
            await self.page.locator(f"main select[name='{name}']").select_option(value)

    async def hands_over(self, name: str, file: Path) -> None:
        await self.page.locator(f"main input[name='{name}']").set_input_files(file)

    async def signs_up(self, name: str, email: str, password: str) -> None:
        """From a page that asks her to sign in, by the link that is mailed to her, back to where she was going."""
        await self.follows("Sign up")
        await self.types(name=name, email=email, password=password)
        await self.presses("Sign up")
        await self.reads("Look into your mail")
        await self.opens_letter("Confirm", email)
        await self.follows_its_link()
        await self.presses("Confirm my address")
        await self.reads("Your e-mail address is confirmed.")

    # --- reading ---

    async def reads(self, *words: str) -> None:
        for sentence in words:
            await expect(self.page.locator("body")).to_contain_text(
                sentence, use_inner_text=True, ignore_case=True, timeout=PATIENCE_MS
            )

    async def reads_no(self, *words: str) -> None:
        for sentence in words:
            await expect(self.page.locator("body")).not_to_contain_text(sentence, use_inner_text=True, ignore_case=True)

    async def waits_for(self, words: str) -> None:
        """Load the page again until a line says so: what the site does by itself takes it a moment."""
        await self._waits(lambda text: words.lower() in text.lower(), "body", words)

    async def waits_for_row(self, *words: str, within: str = "main") -> None:
        """The same for what stands in several boxes, one after the other."""
        await self._waits(lambda text: " ".join(words).lower() in " ".join(text.lower().split()), within, *words)

    async def _waits(self, says_so: Callable[[str], bool], within: str, *words: str) -> None:
        for _ in range(PATIENCE_MS // 250):
            if says_so(await self.page.locator(within).inner_text()):
                return await self.examine()
            await self.page.wait_for_timeout(250)
            await self.page.reload()
        raise AssertionError(f"{self.path} never said {words!r}:\n{await self.page.locator('main').inner_text()}")

    async def opens_letter(self, subject: str, address: str) -> None:
        """Find the newest mail to an address in the outbox, and open it."""
        row = self.page.locator("tr", has_text=address).filter(has_text=subject).first
        await self.goes_to("/outbox")
        for _ in range(PATIENCE_MS // 250):
            if await row.count():
                return await self._lands_by(row.get_by_role("link", name=subject))
            await self.page.wait_for_timeout(250)
            await self.page.reload()
        raise AssertionError(f"no mail {subject!r} to {address}")

    async def follows_its_link(self) -> None:
        """Open the one link of a letter."""
        await self._lands_by(self.page.locator("pre a").first)

    # --- looking at pages ---

    async def examine(self) -> None:
        """No page is wider than its window; a page that says something, and has not said it before, is looked at by axe.

        Those that say nothing have a test of their own. Where scripts are off axe can't run either: who has them on looks there.
        """
        scrolls, window = await self.page.evaluate(_WIDTHS)
        assert scrolls <= window, f"{self.path} scrolls sideways: {scrolls} px in {window} px"
        looks = sorted(set(await self.page.evaluate(_LOOKS, _STANDS if self.thorough else _SAYS)))
        key = f"{window} {kind_of(self.page.url, self.url)} {looks}"
        if self.scripts and (looks or self.thorough) and key not in self.examined:
            self.examined.add(key)
            try:
                found = await violations(self.page)
            except Error:  # it went on by itself, to what is new: that is the page to look at
                await self.page.wait_for_load_state()
                found = await violations(self.page)
            assert found == []


def kind_of(address: str, site_url: str) -> str:
    """The route of one of our pages; the beginning of an address elsewhere."""
    parts = urlsplit(address)
    if not address.startswith(site_url):
        return "/".join(parts.path.split("/")[:2])
    scope = {"type": "http", "path": parts.path, "method": "GET", "root_path": "", "headers": []}
    for route in ROUTES:
        if isinstance(route, Route) and route.matches(scope)[0] == Match.FULL:
            return route.path
    return "nowhere"


async def with_axe(page: Page) -> None:
    """Each page that is opened from now on has axe in it already: that takes half the time of bringing it there."""
    await page.add_init_script(_AXE.axe_script)


async def violations(page: Page, *, only: str = "") -> list[str]:
    """What axe finds serious or worse on a page as it stands. only: one rule."""
    mild = {name: {"enabled": False} for name in _MILD}
    options: dict[str, object] = {"resultTypes": ["violations"], "preload": False, "rules": mild}
    if only:
        options["runOnly"] = {"type": "rule", "values": [only]}
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_AXE.axe_script)
    found = await page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    return [
        f"{urlsplit(page.url).path}: {one['id']} ({one['help']}): {node['html'][:200]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
