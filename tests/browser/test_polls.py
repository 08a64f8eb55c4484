"""A casting poll from its announcement to the published decision, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, desk_of, somebody
from tests.browser.visitor import DESKTOP, PHONE
from tests.http.campaign_world import a_picture, later


@pytest.mark.landing
@pytest.mark.parametrize(("name", "scripts"), [("Ferry Girl", True), ("Ferry Boy", False)])
async def test_fans_choose_who_plays_the_part(visit: Visitors, tmp_path: Path, name: str, scripts: bool) -> None:
    """Lin asks on a desktop; Mei votes on a phone, once with scripts and once without; one card is one vote."""
    lin, mei, alias = await somebody("Lin"), await somebody("Mei"), await somebody("Alias")
    film = await a_live_film(name, lin, days=60)
    face = tmp_path / "face.png"
    face.write_bytes(a_picture(400, 500))

    maker = await visit(lin, DESKTOP)
    await maker.goes_to(await desk_of(film))
    await maker.follows("Polls")
    await maker.reads("No poll yet", "One person, one vote.")
    await maker.follows("Ask your fans")
    await maker.types(question="Who plays the part?", text="Both have said yes.\n\nWhat you choose we do.", quorum="1")
    await maker.types(opens_at=later(hours=20), closes_at=later(days=5), decide_by=later(days=20))
    await maker.chooses(audience="everyone")
    await maker.picks("Binding")
    await maker.presses("Save, then name candidates")
    await maker.reads("A vote needs a choice: name at least two candidates.")
    for candidate in ("Ava Stone", "Ben Okri"):
        await maker.types(
            name=candidate, about="Rows, sings, and is never seasick.", image_alt=f"{candidate} on a boat"
        )
        await maker.hands_over("image", face)
        await maker.presses("Add the candidate")
        await maker.reads("The candidate is there.", candidate)
    await maker.follows("As fans see it")
    await maker.reads("Only you see this", "Both have said yes.")
    await maker.follows("Back to the desk")
    await maker.presses("Announce it", sure=True)
    await maker.reads("All can see it. It opens by itself.")

    fan = await visit(mei, PHONE, scripts=scripts)
    await fan.goes_to(film.path)
    await fan.waits_for("Fans choose")
    await fan.follows("Who plays the part?")
    await fan.reads("Coming", "Binding", "Ava Stone", "Opens")
    await fan.reads_no("Vote for")
    await fan.presses("+1 day")
    await fan.reads("it takes a saved card", "Nothing is charged")
    await fan.presses("Save a card")
    await fan.presses("Save card")
    await fan.reads("Your card is saved. Now vote.")
    await fan.picks("Ava Stone")
    await fan.presses("Vote")
    await fan.reads("Your vote is counted.", "You voted for Ava Stone. Only you are told.", "1 vote")
    await fan.picks("Ben Okri")
    await fan.presses("Change my vote")
    await fan.reads("You voted for Ben Okri.")

    other = await visit(alias, PHONE, dark=True)
    await other.goes_to(f"{film.path}/polls")
    await other.follows("Who plays the part?")
    await other.presses("Save a card")
    await other.presses("Save card")
    await other.reads("Another account has voted here with your card.")

    await fan.presses("+7 days")
    await fan.waits_for("Ben Okri won with 100% of the votes.")
    await maker.goes_to(await desk_of(film))
    await maker.waits_for("Your fans have voted: Who plays the part?")
    await maker.follows("Decide")
    await maker.reads("This vote was binding")
    await maker.picks("Ava Stone")
    await maker.types(reason="She can stay for the whole of the shooting.")
    await maker.presses("Publish it")
    await maker.reads("say that you can't follow it")
    await maker.picks("Ben Okri")
    await maker.presses("Publish it")
    await maker.reads("Published. Whoever voted gets it by mail.", "As the vote said")

    await fan.goes_to(film.path)
    await fan.waits_for("Decided: Ben Okri")
    await fan.follows("Who plays the part?")
    await fan.reads("As the vote said", "She can stay for the whole of the shooting.", "You voted for Ben Okri.")
    await fan.opens_letter("The decision: Who plays the part?", mei.email)
    await fan.reads("Decided: Ben Okri. As the vote said.")
