"""The demo writes to those whom one can sign in as, and to nobody else: their letters are those that somebody opens."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns.followers import follow
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import Sql
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.crowd import HOME
from crowdfund.people.models import Mail, Person
from tests.http.conftest import SiteUnderTest
from tests.world import Fan, a_campaign, a_fan, a_fan_with_card, pledged

_DUE = Sql("SELECT COUNT(*) AS n FROM job WHERE due_at <= $1")


async def at_home(fan: Fan) -> str:
    await Person.filter(id=fan.id).update(email=(email := f"mei{HOME}"))
    return email


async def test_only_those_one_can_sign_in_as_are_written_to(site: SiteUnderTest) -> None:
    campaign, lin = await a_campaign(name="River Moon"), await a_fan("Lin")
    mei, other = await a_fan_with_card("Mei"), await a_fan_with_card("Fan")
    home = await at_home(mei)
    for fan in (mei, other):
        await pledged(fan, campaign)
        await follow(campaign.id, by=fan.id)
    await catch_up()
    await publish_update(campaign.id, title="The ferry is here", body="It floats.", by=lin.id)
    await catch_up()
    mails = await Mail.all().order_by("id")
    assert [mail.to_address for mail in mails] == [home, home]
    assert mails[0].subject == "You back River Moon" and "The ferry is here" in mails[1].subject
    assert await _DUE.value(clock.now_us()) == 0  # what was not written waits for nobody
