"""A question is asked, answered, reported and hidden; and a word that is for backers alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from crowdfund.campaigns.updates import publish_update
from crowdfund.people.models import Person
from tests.bank import fans_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, a_reviewer, desk_of, somebody
from tests.browser.visitor import DESKTOP, PHONE
from tests.world import pledged


@pytest.mark.landing
@pytest.mark.parametrize(("film", "scripts"), [("The Long Ferry", True), ("The Short Ferry", False)])
async def test_a_question_is_asked_answered_reported_and_hidden(visit: Visitors, film: str, scripts: bool) -> None:
    lin, ada = await somebody("Lin"), await a_reviewer()
    fund = await a_live_film(film, lin)
    wen, rosa = await fans_with("ok", "ok")
    for fan, name, shown_as in ((wen, "Wen", "nobody"), (rosa, "Rosa", "name")):
        await Person.filter(id=fan.id).update(name=name)
        await pledged(fan, fund, amount_minor=25_00, shown_as=shown_as)

    asker = await visit(wen, PHONE, scripts=scripts)
    await asker.goes_to(fund.path)
    await asker.follows("Join in")
    await asker.reads("Ask, or say something", "Nothing here yet")
    await asker.chooses(asked="cast")
    await asker.types(text="Who plays the engineer?")
    await asker.presses("Publish")
    await asker.reads("It stands there for everybody to read.", "A backer", "A question to the cast")
    await asker.follows("Change or withdraw")
    await asker.types(text="Who plays the engineer, and can she swim?")
    await asker.presses("Save")
    await asker.reads("Changed.", "can she swim?")

    maker = await visit(lin, DESKTOP, scripts=scripts)
    await maker.goes_to(await desk_of(fund))
    await maker.reads("1 question waits for your answer.")
    await maker.follows("Questions", beside="waits for your answer")
    await maker.follows("Answer")
    await maker.types(text="Somebody whom you don't know yet. She swims.")
    await maker.presses("Publish")
    await maker.reads("Official answer", "She swims.")
    await asker.opens_letter("answered your question", wen.email)
    await asker.follows_its_link()
    await asker.reads("Official answer", "She swims.")

    rude = await visit(rosa, DESKTOP, scripts=scripts)
    await rude.goes_to(fund.path)
    await rude.waits_for("She swims.")
    await rude.follows("All, and to join in")
    await rude.follows("Reply")
    await rude.types(text="Nobody cares, you fools.")
    await rude.presses("Publish")
    await asker.goes_to(f"{fund.path}/talk")
    reply = asker.page.locator("article", has_text="you fools")
    await asker._lands_by(reply.get_by_role("link", name="Report"))
    await asker.picks("It insults or threatens somebody")
    await asker.presses("Report it")
    await asker.reads("Thank you. We look at it.", "You have reported this")

    staff = await visit(ada, PHONE, scripts=scripts, dark=True)
    await staff.goes_to("/staff")
    await staff.follows("Decide", beside=film)
    await staff.reads("Nobody cares, you fools.", "Rosa", "It insults or threatens somebody")
    await staff.types(reason="Rude.")
    await staff.presses("Hide it")
    await staff.reads("One thing to mend", "at least 10 characters")
    await staff.types(reason="It calls others fools.", days="3")
    await staff.presses("Hide it")
    await staff.reads("Done, and written down.", "hidden for it")
    await staff.types(reason="It is not the first time.", days="3")
    await staff.presses("Keep its author from writing")
    await staff.reads("Rosa may not write here until")

    passer_by = await visit(size=PHONE, scripts=scripts)
    await passer_by.goes_to(f"{fund.path}/talk")
    await passer_by.reads("Hidden by staff: It calls others fools.", "A backer", "She swims.")
    await passer_by.reads_no("you fools", "Rosa", "Wen")
    await rude.goes_to(f"{fund.path}/talk")
    await rude.reads("You can't write here until", "It is not the first time.")
    await rude.opens_letter("We have hidden what you wrote", rosa.email)
    await rude.reads("It calls others fools.")


async def test_a_word_for_backers_and_the_day_of_the_next(visit: Visitors) -> None:
    lin = await somebody("Lin")
    fund = await a_live_film("The Middle Ferry", lin)
    (wen,) = await fans_with("ok")
    await pledged(wen, fund, amount_minor=25_00)
    maker = await visit(lin, DESKTOP)
    await maker.goes_to(f"{await desk_of(fund)}/updates/new")
    await maker.types(title="For you first", body="The ferryman is cast: he has never been in a film.")
    await maker.picks("Backers of one tier")
    await maker.presses("Publish")
    await maker.reads("Choose the tier whose backers it is for.")
    await maker.picks("Backers only")
    await maker.presses("Publish")
    await maker.reads("For backers", "he has never been in a film", "Next update by")
    stranger, backer = await visit(size=PHONE, dark=True), await visit(wen, PHONE)
    for visitor, reads in ((stranger, False), (backer, True)):
        await visitor.goes_to(fund.path)
        await visitor.waits_for("For you first")
        await (visitor.reads if reads else visitor.reads_no)("he has never been in a film")
        await visitor.follows("For you first")
        await (visitor.reads if reads else visitor.reads_no)("he has never been in a film")
    await stranger.reads("Its text is for those who back the fund.")
    await backer.opens_letter("For you first", wen.email)
    await publish_update(fund.id, "And for all", "We begin on Monday.", by=lin.id)
    await stranger.goes_to(fund.path)
    await stranger.waits_for("We begin on Monday.")
    await expect(stranger.page.get_by_text("Next update by").first).to_be_visible()
