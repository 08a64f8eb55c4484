"""Every field of every form, filled with what no form expects: a page comes back, never a broken one (S4, H6)."""

from __future__ import annotations

import html
from urllib.parse import quote_from_bytes

import pytest

from crowdfund.people import organisations
from crowdfund.people.models import OrganisationKind, StaffRole
from crowdfund.web.rate_limit import Limit
from tests.http.browser import Browser
from tests.http.conftest import SiteUnderTest
from tests.http.nasty import NASTY

pytestmark = pytest.mark.pages

# Left out: what would end the session or the organisation, and is one button without a field.
_SENT_FROM_HERE = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
_BUTTONS = ("/sign-out", "/removal", "/revocation", "/onboarding", "/verification", "/confirmation")


# What the other fields hold while one is filled with something nasty, so that the form gets as far as the database.
SENSIBLE = {
    "name": "Lin", "email": "wei@example.com", "password": "river moon over lanting", "language": "en", "role": "viewer", "kind": "studio",
    "country": "CN", "about": "We made River Moon.", "current_password": "river moon over lanting", "scopes": "account:read",
}  # fmt: skip


def encoded(fields: dict[str, str]) -> bytes:
    """As a browser would, if it let lone surrogates through."""
    return "&".join(
        f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields.items()
    ).encode()


async def fuzz(browser: Browser, path: str, values: list[str]) -> int:
    """Fill each field of each form of a page with each value; gives how many were sent."""
    await browser.get(path)
    forms = [
        form
        for form in browser.page.forms
        if form.method == "post" and form.action and not form.action.endswith(_BUTTONS)
    ]
    sent = 0
    for form in forms:
        names = {*form.fields, *(("scopes",) if form.action == "/account/tokens" else ())}
        plain = {name: SENSIBLE.get(name, "".join(form.fields.get(name, []))) for name in names}
        for field in sorted(names):
            if field == "csrf":
                continue
            for value in values:
                response = await browser.client.post(
                    form.action,
                    content=encoded(plain | {field: value}),
                    headers=_SENT_FROM_HERE | {"content-type": "application/x-www-form-urlencoded"},
                )
                assert response.status_code < 500, f"{form.action} {field}={value[:60]!r}: {response.text[:500]}"
                assert "<script>alert" not in response.text
                if "<img src=x" in value and response.status_code == 422:
                    assert (
                        html.escape(value, quote=False).replace('"', "&#34;") in response.text
                        or value not in response.text
                    )
                sent += 1
    return sent


@pytest.mark.landing
async def test_no_field_breaks_a_page(site: SiteUnderTest, long: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def always(self: Limit, key: str) -> None:
        """Thousands of tries are too many for any limit."""

    monkeypatch.setattr(Limit, "take", always)
    owner = await site.signed_up("Owner", staff=StaffRole.ADMIN)
    await organisations.make_organisation(OrganisationKind.STUDIO, "Lanting", "CN", "", by=owner.person.id)
    values = (
        NASTY
        if long
        else [value for i, value in enumerate(NASTY) if i % 4 == 0 or "\x00" in value or "\ud800" in value]
    )
    anonymous = site.browser()
    sent = 0
    for path in ("/sign-up", "/sign-in", "/reset"):
        sent += await fuzz(anonymous, path, values)
    for path in ("/account", "/account/tokens", "/start", "/desk/lanting/members", "/desk/lanting/profile"):
        sent += await fuzz(owner, path, values)
    assert sent > 400


async def test_malformed_bodies_are_refused(site: SiteUnderTest) -> None:
    """Multipart and urlencoded bodies as no browser sends them."""
    browser = site.browser()
    await browser.get("/sign-up")
    token = browser.form("/sign-up").fields["csrf"][0]
    part = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
    start = part.encode() + b"--b\r\nContent-Disposition: form-data"
    bodies: list[tuple[str, bytes]] = [
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b"),
        ("multipart/form-data; boundary=b", b"--c\r\n\r\n--c--"),
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=", b"--b--"),
        ("multipart/form-data; boundary=b", start + b"\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", start + b'; name="email"; filename="x"\r\n\r\nx\r\n--b--'),
        ("multipart/form-data; boundary=b", (part * 500).encode() + b"--b--"),
        ("multipart/form-data; boundary=b; charset=idna", start + b'; name="\xff"\r\n\r\n\xff.x\r\n--b--'),
        ("multipart/form-data; boundary=b; charset=utf-16", part.encode() + b"--b--"),
        ("multipart/form-data; boundary=b; charset=zlib_codec", part.encode() + b"--b--"),
        ("multipart/form-data; boundary=b; charset=punycode", start + b'; name="a"\r\n\r\n\xff\xfe-\xff\r\n--b--'),
        ("application/x-www-form-urlencoded", b"&&&&====%%%zz=%f0%9f"),
        ("application/x-www-form-urlencoded", b"a=1&" * 10_000),
        ("application/x-www-form-urlencoded", b"csrf=" + token.encode() + b"&email=" + b"x" * 300_000),
        ("application/x-www-form-urlencoded; charset=utf-7", b"csrf=+AGE-"),
        ("text/plain", b"csrf=" + token.encode()),
        ("application/json", b"{}"),
        ("", b"x"),
        ("a/b; \x00", b"x"),
    ]  # fmt: skip
    for path in ("/sign-up", "/sign-in"):
        for kind, body in bodies:
            headers = _SENT_FROM_HERE | {"content-type": kind}
            response = await browser.client.post(path, content=body, headers=headers)
            assert response.status_code in (303, 400, 403, 413, 422), f"{kind} {body[:80]!r}: {response.status_code}"
