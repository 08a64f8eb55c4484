"""A fan's bank takes the money back; her producer answers, and the bank decides."""

from __future__ import annotations

import pytest

from crowdfund.people.models import Person
from tests.bank import ask, pledges_with
from tests.browser.conftest import Visitors
from tests.browser.stage import a_live_film, desk_of, somebody
from tests.browser.visitor import DESKTOP, PHONE
from tests.money import attempts
from tests.world import Fan


@pytest.mark.landing
@pytest.mark.parametrize(("name", "won"), [("Glass Harbour", True), ("Paper Kites", False)])
async def test_a_dispute_is_answered_and_decided(visit: Visitors, name: str, won: bool) -> None:
    """Won on a desktop with scripts, lost on a phone without."""
    owner = await somebody("Lin")
    film = await a_live_film(name, owner, goal_minor=50_00)
    (pledge,) = await pledges_with(film, "ok", amount_minor=60_00)
    person = await Person.get(id=pledge.person_id)
    lin = await visit(owner, DESKTOP if won else PHONE, scripts=won)
    await lin.goes_to(await desk_of(film))
    await lin.presses("+7 days")
    await lin.waits_for("Collected €60")
    charge = (await attempts(pledge))[-1]
    dispute = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {"reason": "product_not_received"})

    await lin.opens_letter(f"Disputed: €60.00 of {name}", owner.email)
    await lin.follows_its_link()
    await lin.reads("A disputed payment")
    await lin.follows(name)
    await lin.reads("A bank disputes €60.00: answer by")
    await lin.follows("Answer", beside="A bank disputes")
    await lin.reads("product not received", "needs your answer", "answer by")
    drafted = await lin.page.locator("[name=evidence]").input_value()
    assert f"the fan pledged €60.00 to the fund “{name}”" in drafted
    assert "was charged €60.00, as agreed, in the days after the close." in drafted
    await lin.types(evidence="She has it.")
    await lin.presses("Send to the bank")
    await lin.reads("One thing to mend")
    await lin.types(evidence=f"{drafted}\nThe film is being cut; she was told so in the update of last week.")
    await lin.presses("Send to the bank")
    await lin.reads("Your answer is with the bank.", "The film is being cut")

    await ask("POST", f"disputes/{dispute['id']}/close", {"won": won})
    await lin.waits_for("won: the money is back" if won else "lost")
    fan = await visit(Fan(person.id, person.email), PHONE)
    await fan.goes_to("/money")
    await fan.reads(name, "Collected" if won else "Lost to the bank")
