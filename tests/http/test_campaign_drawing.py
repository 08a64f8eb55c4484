"""What the site draws for a film without a picture: by its words, and by another pick of its makers while it is a draft."""

from __future__ import annotations

import pytest

from crowdfund.campaigns import actions
from crowdfund.database.ids import public
from crowdfund.titles.models import Title
from tests.http.campaign_world import a_draft, a_picture, a_producer, content, launched
from tests.http.conftest import SiteUnderTest

pytestmark = pytest.mark.pages


async def test_the_words_of_a_film_choose_its_drawing_and_its_makers_another(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await actions.make_campaign(lin.organisation, name="Tuesday", currency="EUR", by=lin.id)
    written = content(name="Tuesday")
    await actions.write(campaign.id, written, by=lin.id)
    assert (await Title.get(id=campaign.title_id)).scene == "river_moon", "its line tells of a ferryman"
    base = lin.base(campaign)
    await lin.browser.get(f"{base}/content")
    art = f"/art/{public(campaign.title_id)}"
    assert f"{art}/river_moon.svg" in lin.browser.response.text and "needed to hand it in" in lin.browser.text
    await lin.browser.get(lin.browser.page.links["Choose another drawing"])
    assert (
        lin.browser.response.text.count(f'src="{art}/') == 26
        and "A ferry under the moon · drawn now" in lin.browser.text
    )
    await lin.browser.submit("An orchard")
    assert lin.browser.path == f"{base}/content" and f"{art}/orchard.svg" in lin.browser.response.text
    await actions.write(campaign.id, written, by=lin.id)
    assert (await Title.get(id=campaign.title_id)).scene == "orchard", "what was picked stays"


async def test_a_scene_that_is_none_of_ours_is_refused(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_draft(lin)
    await lin.browser.get(f"{lin.base(campaign)}/drawing")
    csrf = next(form.fields["csrf"] for form in lin.browser.page.forms if "csrf" in form.fields)
    await lin.browser.post(f"{lin.base(campaign)}/drawing", {"csrf": csrf[0], "scene": "../../etc"})
    assert "Please choose one of these." in lin.browser.text
    assert (await Title.get(id=campaign.title_id)).scene == "river_moon"


async def test_once_fans_see_it_and_where_it_has_a_picture_the_drawing_stays(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    open_one, drawn = await launched(lin), await a_draft(lin, name="With a Picture")
    await lin.browser.get(f"{lin.base(open_one)}/drawing")
    assert "The picture of a fund that people can see stays." in lin.browser.text
    await lin.browser.get(f"{lin.base(drawn)}/content")
    await lin.browser.submit(f"{lin.base(drawn)}/content", files={"image": ("art.png", a_picture(), "image/png")})
    await lin.browser.get(f"{lin.base(drawn)}/content")
    assert "Choose another drawing" not in lin.browser.page.links
    await lin.browser.get(f"{lin.base(drawn)}/drawing")
    assert "It has a picture of its own." in lin.browser.text
