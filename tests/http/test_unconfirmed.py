"""Who has not opened the link in our first letter: she looks, chooses, and pledges once we know the mailbox is hers."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge
from tests.http.conftest import SiteUnderTest
from tests.http.test_people_entrance import link_in
from tests.world import a_campaign


async def test_a_pledge_waits_until_its_fans_address_is_confirmed(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await atomic(Person.filter(id=mei.person.id).update)(email_confirmed_at=None)
    form = f"{campaign.path}/pledges/new"
    await mei.get(form)
    assert "First confirm your address." in mei.text and "We write to mei@example.com" in mei.text
    await mei.submit(f"{campaign.path}/pledges", amount="25")
    assert mei.status == 403 and "what you chose still stands here" in mei.text
    assert mei.form(f"{campaign.path}/pledges").fields["amount"] == ["25"] and await Pledge.all().count() == 0
    await mei.submit("Send the link again")
    assert mei.path == form and "We sent the link once more, to mei@example.com." in mei.text
    link = link_in((await site.mails_to("mei@example.com"))[0].text_body)
    await mei.get(link)
    await mei.submit("Confirm my address")
    assert mei.path == form and "First confirm" not in mei.text, "the link leads on to where she was"
    await mei.submit(f"{campaign.path}/pledges", follow=False, amount="25")
    assert (await Pledge.all().get()).state == "started"


async def test_a_program_pledges_for_a_confirmed_address_alone(site: SiteUnderTest) -> None:
    campaign = await a_campaign()
    mei = await site.signed_up("Mei")
    await atomic(Person.filter(id=mei.person.id).update)(email_confirmed_at=None)
    headers = await site.token(mei.person, "pledges:write") | {"idempotency-key": "one"}
    body = {"pledges": [{"campaign": public(campaign.id), "amount_minor": 25_00, "currency": "EUR"}]}
    answer = await mei.client.post("/api/v1/pledges", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_confirmed")
    assert await Pledge.all().count() == 0
