"""A browser without a screen: it keeps cookies, follows redirects, reads pages and fills in the forms that stand on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

ORIGIN = "http://127.0.0.1:8000"
_VOID = {"br", "hr", "img", "input", "link", "meta", "line", "rect", "path", "circle"}


@dataclass
class FormOnPage:
    """A form as the page shows it: where it goes, and what it would send untouched."""

    action: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    has_file: bool = False


class Page(HTMLParser):
    """What a test looks at: the words, links, forms and alerts of an HTML page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.forms: list[FormOnPage] = []
        self.links: dict[str, str] = {}
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._link, self._button, self._select, self._textarea = "", None, "", ""
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(FormOnPage(found.get("action", ""), found.get("method", "get").lower()))
        elif tag == "a":
            self._link = found.get("href", "")
        elif tag in ("input", "button", "select", "textarea", "option") and self.forms and self._in("form"):
            self._take(tag, found)
        if tag not in _VOID:
            self._open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:  # as `<rect/>` is told to end
            return
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "a":
            self._link = ""
        if tag == "textarea":
            self._textarea = ""
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._in("style") or self._in("script"):
            return
        self._words.append(f" {data} ")
        if self._link and data.strip():
            self.links.setdefault(data.strip(), self._link)
        if self._textarea:
            self.forms[-1].fields[self._textarea][0] += data.removeprefix("\n")
        if self._button is not None:
            self._button["words"] = f"{self._button.get('words', '')}{data}".strip()

    def _in(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)

    def _take(self, tag: str, found: dict[str, str]) -> None:
        form, name, kind = self.forms[-1], found.get("name", ""), found.get("type", "text")
        if tag == "button":
            self._button = found
            form.buttons.append(found)
        elif tag == "select":
            self._select = name
            form.fields[name] = []
        elif tag == "option":
            if "selected" in found or not form.fields[self._select]:
                form.fields[self._select] = [found.get("value", "")]
        elif tag == "textarea":
            self._textarea = name
            form.fields[name] = [""]
        elif kind == "file":
            form.has_file = True
        elif kind in ("checkbox", "radio"):
            if "checked" in found:
                form.fields.setdefault(name, []).append(found.get("value", "on"))
        elif name:
            form.fields.setdefault(name, []).append(found.get("value", ""))


class Browser:
    """One visitor. `page` is what stands on the screen, `response` what the server said last."""

    def __init__(self, app: Any, *, address: str = "203.0.113.7", headers: dict[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app, client=(address, 50_000))
        self.client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, timeout=60)
        self.response = httpx.Response(204)
        self.path = "/"

    @property
    def page(self) -> Page:
        return Page(self.response.text)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.page.text

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> httpx.Response:
        self.response = await self.client.get(path, headers=headers or None)
        self.path = str(self.response.url.raw_path, "ascii") if isinstance(self.response.url.raw_path, bytes) else path
        return await self._follow() if follow else self.response

    async def post(
        self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True, files: Any = None,
        headers: dict[str, str | None] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """As a browser sends a form of this site, or with other headers; None leaves one out."""
        sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "referer": ORIGIN + self.path, **(headers or {})}
        kept = {name: value for name, value in sent.items() if value is not None}
        self.response = await self.client.post(path, data=data, files=files, headers=kept)
        return await self._follow() if follow else self.response

    async def _follow(self) -> httpx.Response:
        for _ in range(5):
            location = self.response.headers.get("location")
            if self.response.status_code != 303 or location is None or not self._is_ours(location):
                return self.response
            self.response = await self.client.get(urljoin(ORIGIN, location))
            self.path = urlsplit(urljoin(ORIGIN, location)).path
        raise AssertionError("a redirect leads to itself")

    @staticmethod
    def _is_ours(location: str) -> bool:
        return urljoin(ORIGIN, location).startswith(f"{ORIGIN}/")

    def form(self, which: str) -> FormOnPage:
        """The form of the page by its action, else by the words of one of its buttons."""
        forms = self.page.forms
        for form in forms:
            if form.action == which:
                return form
        for form in forms:
            if any(button.get("words") == which for button in form.buttons):
                return form
        raise AssertionError(f"no form {which!r} among {[form.action for form in forms]} on {self.path}")

    async def submit(self, which: str, *, follow: bool = True, files: Any = None, **typed: Any) -> httpx.Response:
        """Fill in a form of the page and send it. which: its action, or the words of its button. typed: by field."""
        form = self.form(which)
        action = form.action
        sent: dict[str, Any] = {name: values for name, values in form.fields.items()}
        for button in form.buttons:
            if button.get("words") == which:
                action = button.get("formaction", action)
                if button.get("name"):
                    sent[button["name"]] = button.get("value", "")
        unknown = set(typed) - set(sent) - {"scopes"}
        boxes = {name for name in unknown if f'name="{name}"' in self.response.text}
        assert unknown == boxes, f"the form {form.action} has no field {unknown - boxes}"
        return await self.post(action, {**sent, **typed}, follow=follow, files=files)
