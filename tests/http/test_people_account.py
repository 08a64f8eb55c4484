"""A person's own pages: name, address, language, API tokens."""

from __future__ import annotations

import pytest

from crowdfund.database import Sql, atomic
from crowdfund.people.models import ApiToken, AuditEntry, Person
from tests.http.conftest import PASSWORD, SiteUnderTest
from tests.http.test_people_entrance import link_in

pytestmark = pytest.mark.pages


async def test_another_name(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("/account/name", name="  Lin Wei <b>  ")
    assert "Your name is changed." in lin.text and "Lin Wei &lt;b&gt;" in lin.response.text
    assert (await Person.get(id=lin.person.id)).name == "Lin Wei <b>"


async def forget_attempts_of(name: str) -> None:
    await atomic(Sql("DELETE FROM rate_limit WHERE key LIKE $1").__call__)(f"{name}:%")


async def test_another_address_counts_once_its_link_is_opened(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("/account/email", email="wei@example.com", current_password=PASSWORD)
    assert (await Person.get(id=lin.person.id)).email == "lin@example.com"
    await lin.get(link_in((await site.mails_to("wei@example.com"))[0].text_body))
    await lin.submit("Confirm my address")
    assert lin.path == "/account"
    assert (await Person.get(id=lin.person.id)).email == "wei@example.com"
    assert [mail.subject for mail in await site.mails_to("lin@example.com")] == ["Your address was changed"]
    [entry] = await AuditEntry.filter(action="email_changed")
    assert (entry.before, entry.after) == ('{"email":"lin@example.com"}', '{"email":"wei@example.com"}')


async def test_somebody_elses_address_is_not_taken_and_not_told(site: SiteUnderTest) -> None:
    lin, wu = await site.signed_up("Lin"), await site.signed_up("Wu")
    await lin.get("/account")
    await lin.submit("/account/email", email="wu@example.com", current_password=PASSWORD)
    assert "We sent a link to wu@example.com." in lin.text, "as to an address that nobody has"
    assert [mail.subject for mail in await site.mails_to("wu@example.com")] == ["You have an account already"]
    assert (await Person.get(id=wu.person.id)).email == "wu@example.com"


async def test_the_password_is_asked_for_before_the_address_changes(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("/account/email", email="wei@example.com", current_password="not hers")
    assert lin.status == 422 and "That is not your password." in lin.text
    assert await site.mails_to("wei@example.com") == []


async def test_her_own_address_is_none_to_change_to_and_the_letter_says_what_it_is_for(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("/account/email", email="lin@example.com", current_password=PASSWORD)
    assert lin.status == 422 and "That is your address already." in lin.text
    await lin.submit("/account/email", email="wei@example.com", current_password=PASSWORD)
    (letter,) = await site.mails_to("wei@example.com")
    assert letter.subject == "Your new address"
    assert "to use this address for your account" in letter.text_body and "sign up" not in letter.text_body


async def test_a_mistyped_password_costs_no_mail_and_five_mails_an_hour_are_sent(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    for number in range(4):
        await lin.submit("/account/email", email=f"w{number}@example.com", current_password="not hers")
        assert lin.status == 422
    await forget_attempts_of("sign_in_account")
    for number in range(5):
        await lin.submit("/account/email", email=f"w{number}@example.com", current_password=PASSWORD)
        assert lin.status == 200, number
        await forget_attempts_of("sign_in_account")
    await lin.submit("/account/email", email="w6@example.com", current_password=PASSWORD)
    assert lin.status == 429 and "You can try again in 12 minutes." in lin.text
    assert lin.form("/account/email").fields["email"] == ["w6@example.com"], "what was typed is kept"
    assert PASSWORD not in lin.response.text and "current_password" not in lin.form("/account/email").fields


async def test_a_language_stays_chosen(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("简体中文")
    assert lin.path == "/account", "she stays where she was"
    assert (await Person.get(id=lin.person.id)).locale == "zh_CN"
    assert '<html lang="zh-CN"' in lin.response.text
    stranger = site.browser()
    await stranger.get("/sign-in")
    await stranger.submit("简体中文")
    await stranger.get("/sign-up")
    assert '<html lang="zh-CN"' in stranger.response.text


async def test_a_browser_is_answered_in_its_language(site: SiteUnderTest) -> None:
    browser = site.browser()
    await browser.get("/sign-in", **{"accept-language": "zh-TW,en;q=0.5"})
    assert '<html lang="zh-CN"' in browser.response.text
    await browser.get("/sign-in", **{"accept-language": "xx, \x00;q=nan"})
    assert '<html lang="en"' in browser.response.text


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account/tokens")
    await lin.submit("/account/tokens", name="My script", scopes=["account:read", "pledges:read"])
    token = next(word for word in lin.response.text.split('"') if word.startswith("cf_"))
    assert lin.response.headers["cache-control"] == "no-store"
    [row] = await ApiToken.all()
    assert token not in str(dict(row)) and row.scopes == "account:read pledges:read"
    client, headers = site.browser().client, {"authorization": f"Bearer {token}"}
    answer = await client.get("/api/v1/me", headers=headers)
    assert answer.json() | {"id": ""} == {
        "id": "", "name": "Lin", "email": "lin@example.com", "email_confirmed": True, "scopes": ["account:read", "pledges:read"],
    }  # fmt: skip
    await lin.get("/account/tokens")
    assert token not in lin.response.text
    [revoke] = [form.action for form in lin.page.forms if form.action.endswith("/revocation")]
    stranger = await site.signed_up("Wu")
    await stranger.get("/account/tokens")
    await stranger.post(revoke, {"csrf": stranger.form("/sign-out").fields["csrf"][0]})
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200, "a stranger revokes nothing"
    await lin.submit(revoke)
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    assert [entry.action for entry in await AuditEntry.all().order_by("id")] == ["token_made", "token_revoked"]


@pytest.mark.parametrize("scopes", [[], ["everything"], ["account:read", "admin"]])
async def test_a_token_has_known_scopes(site: SiteUnderTest, scopes: list[str]) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account/tokens")
    await lin.submit("/account/tokens", name="x", scopes=scopes)
    assert lin.status == 422
    assert await ApiToken.all().count() == 0


async def test_a_new_link_is_sent_on_request(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await Person.filter(id=lin.person.id).update(email_confirmed_at=None)
    await lin.get("/account")
    await lin.submit("/account/confirmation")
    await lin.get(link_in((await site.mails_to("lin@example.com"))[0].text_body))
    await lin.submit("Confirm my address")
    assert "Your e-mail address is confirmed." in lin.text
    await lin.get("/account")
    assert "is not confirmed yet" not in lin.text
