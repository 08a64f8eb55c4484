"""Coming in: signing up, confirming, signing in and out, a forgotten password."""

from __future__ import annotations

import pytest

from crowdfund.people.models import MailLink, Person, SignIn
from tests.http.conftest import PASSWORD, SiteUnderTest
from tests.world import a_campaign

pytestmark = pytest.mark.pages


def link_in(text: str) -> str:
    """The path of the one link of a mail."""
    return next(word for word in text.split() if word.startswith("http://127.0.0.1:8000/")).removeprefix(
        "http://127.0.0.1:8000"
    )


async def signed_up(site: SiteUnderTest, email: str = "lin@example.com") -> str:
    """Lin signs up through the page; gives the path of the link that she is mailed."""
    browser = site.browser()
    await browser.get("/sign-up")
    await browser.submit("/sign-up", name="Lin", email=email, password=PASSWORD)
    assert "Look into your mail" in browser.text
    return link_in((await site.mails_to(email))[0].text_body)


async def test_signing_up_leads_over_a_mail_to_the_page_where_it_began(site: SiteUnderTest) -> None:
    lin = site.browser()
    await lin.get("/sign-up?next=/account/tokens")
    await lin.submit("/sign-up", name="Lin", email="Lin@Example.com", password=PASSWORD)
    assert lin.path == "/sign-up/sent"
    [mail] = await site.mails_to("lin@example.com")
    assert mail.subject == "Please confirm your address"
    await lin.get(link_in(mail.text_body))
    assert lin.response.headers["referrer-policy"] == "no-referrer"
    await lin.submit("Confirm my address")
    assert lin.path == "/account/tokens", "the browser in which she chose the password needs no second one"
    person = await Person.get(email="lin@example.com")
    assert person.email_confirmed_at is not None


async def test_a_link_opened_elsewhere_confirms_but_lets_nobody_in(site: SiteUnderTest) -> None:
    """Somebody signs up with Lin's address and a password of his own: her click must not make his account hers."""
    path = await signed_up(site)
    lin = site.browser()
    await lin.get(path)
    await lin.submit("Confirm my address")
    assert lin.path == "/sign-in"
    assert await SignIn.all().count() == 0


async def test_who_has_to_sign_in_is_told_what_for_and_both_ways_lead_on(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    fan = site.browser()
    await fan.get(f"{campaign.path}/pledges/new?tier=abc")
    assert "Then you choose what you give." in fan.text
    back = f"{campaign.path}/pledges/new%3Ftier%3Dabc"
    assert fan.page.links["Sign up"] == f"/sign-up?next={back}"
    await fan.get(fan.page.links["Sign up"])
    assert "Then you choose what you give." in fan.text and fan.form("/sign-up").fields["next"] == [
        f"{campaign.path}/pledges/new?tier=abc"
    ]
    await fan.get("/money")
    assert "Then you see every pledge" in fan.text
    await fan.get("/sign-in")
    assert "Then you" not in fan.text
    await fan.get(campaign.path)
    assert fan.page.links["Sign in"] == f"/sign-in?next={campaign.path}"


async def test_the_address_is_repeated_once_where_the_letter_was_promised(site: SiteUnderTest) -> None:
    browser = site.browser()
    await browser.get("/reset")
    await browser.submit("/reset", email="lin@example.com")
    assert "If lin@example.com has an account here" in browser.text
    await browser.get("/reset/sent")
    assert "lin@example.com" not in browser.text and "Look into your mail" in browser.text


async def test_a_link_works_once(site: SiteUnderTest) -> None:
    path = await signed_up(site)
    lin = site.browser()
    await lin.get(path)
    await lin.submit("Confirm my address")
    await lin.get(path)
    assert lin.status == 410
    await lin.post(path)
    assert lin.status in (403, 410)


async def test_a_known_address_gets_a_mail_and_the_asker_the_same_page(site: SiteUnderTest) -> None:
    await site.signed_up("Lin")
    pages = []
    for email in ("lin@example.com", "nobody@example.com"):
        browser = site.browser()
        await browser.get("/sign-up")
        await browser.submit("/sign-up", name="Wu", email=email, password=PASSWORD)
        pages.append((browser.path, browser.text.replace(email, "her address")))
    assert pages[0] == pages[1] and "on its way to her address." in pages[0][1]
    assert [mail.subject for mail in await site.mails_to("lin@example.com")] == ["You have an account already"]
    assert (await Person.get(email="lin@example.com")).name == "Lin"


async def test_signing_in_gives_a_new_cookie_and_out_makes_it_worthless(site: SiteUnderTest) -> None:
    await site.signed_up("Lin")
    lin = site.browser()
    lin.client.cookies.set("session", "p" * 43, domain="127.0.0.1")  # planted by somebody else
    await lin.get("/account")
    assert lin.path == "/sign-in", "a planted cookie opens nothing"
    await lin.submit("/sign-in", email="lin@example.com", password=PASSWORD)
    assert lin.path == "/account"
    cookie = lin.client.cookies.get("session")
    assert cookie and cookie != "p" * 43
    said = lin.response.history or [lin.response]
    assert said
    await lin.submit("/sign-out")
    assert "You are signed out" in lin.text
    thief = site.browser()
    thief.client.cookies.set("session", cookie, domain="127.0.0.1")
    await thief.get("/account")
    assert thief.path == "/sign-in"


async def test_the_cookie_is_out_of_reach_of_scripts_and_neighbours(site: SiteUnderTest) -> None:
    await site.signed_up("Lin")
    lin = site.browser()
    await lin.get("/sign-in")
    await lin.submit("/sign-in", follow=False, email="lin@example.com", password=PASSWORD)
    [cookie] = [one for one in lin.response.headers.get_list("set-cookie") if one.startswith("session=")]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("email", "password"), [("lin@example.com", "not her password"), ("nobody@example.com", PASSWORD)]
)
async def test_wrong_address_and_wrong_password_are_told_apart_by_nobody(
    site: SiteUnderTest, email: str, password: str
) -> None:
    await site.signed_up("Lin")
    lin = site.browser()
    await lin.get("/sign-in")
    await lin.submit("/sign-in", email=email, password=password)
    assert lin.status == 422
    assert "The e-mail address or the password is not right." in lin.text
    assert password not in lin.response.text


async def test_a_forgotten_password_signs_every_device_out(site: SiteUnderTest) -> None:
    elsewhere = await site.signed_up("Lin")
    lin = site.browser()
    await lin.get("/reset")
    await lin.submit("/reset", email="lin@example.com")
    assert lin.path == "/reset/sent"
    [mail] = await site.mails_to("lin@example.com")
    path = link_in(mail.text_body)
    await lin.get(path)
    await lin.submit(path, password="another river, another moon")
    assert "Your new password is set" in lin.text
    await elsewhere.get("/account")
    assert elsewhere.path == "/sign-in"
    await lin.get(path)
    assert lin.status == 410
    fresh = site.browser()
    await fresh.get("/sign-in")
    await fresh.submit("/sign-in", email="lin@example.com", password=PASSWORD)
    assert fresh.status == 422
    await fresh.submit("/sign-in", email="lin@example.com", password="another river, another moon")
    assert fresh.path == "/"


async def test_a_forgotten_password_of_nobody_looks_the_same_and_mails_nobody(site: SiteUnderTest) -> None:
    somebody = site.browser()
    await somebody.get("/reset")
    await somebody.submit("/reset", email="nobody@example.com")
    assert somebody.path == "/reset/sent"
    assert await site.mails_to("nobody@example.com") == []


@pytest.mark.parametrize("password", ["short", "password1", "12345678", "aaaaaaaaaa", "linlin88", "Qwertyuiop!"])
async def test_what_anybody_would_try_first_is_refused(site: SiteUnderTest, password: str) -> None:
    browser = site.browser()
    await browser.get("/sign-up")
    await browser.submit("/sign-up", name="Linlin", email="lin@example.com", password=password)
    assert browser.status == 422
    assert await Person.all().count() == 0
    assert browser.form("/sign-up").fields["name"] == ["Linlin"], "what was typed is still there"
    assert browser.form("/sign-up").fields["password"] == [""]


async def test_no_secret_stands_in_the_database(site: SiteUnderTest) -> None:
    """A stolen dump opens no account: not the link, not the cookie, before the mail is written."""
    browser = site.browser()
    await browser.get("/sign-up")
    await browser.submit("/sign-up", name="Lin", email="lin@example.com", password=PASSWORD)
    from crowdfund.database import Sql

    [link] = await MailLink.all()
    jobs = [row["payload"] for row in await Sql("SELECT payload FROM job")()]
    path = link_in((await site.mails_to("lin@example.com"))[0].text_body)
    secret = path.removeprefix("/confirm/")
    assert len(secret) == 43
    assert secret not in link.hash
    assert all(secret not in payload for payload in jobs)
    assert all(PASSWORD not in one.password_hash for one in await Person.all())
