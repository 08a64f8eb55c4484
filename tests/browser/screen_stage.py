"""From the screen to a listing: what a producer and a seller do on the way, a page after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import expect

from crowdfund import clock
from crowdfund.demo.filming import river_moon
from tests.browser.visitor import Visitor

SHOWN_IN_DAYS = 6


@dataclass(frozen=True)
class Names:
    """Who and what a telling is about: each has its own, as all of them are told on one site."""

    studio: str
    film: str
    earring: str
    jacket: str
    shop: str  # the first seller's: the earring
    loom: str  # the second one's: the jacket
    email: str  # the first seller's owner

    @property
    def for_sale(self) -> str:
        """As what the earring is sold."""
        return f"{self.earring} earring"


PITCH = (
    "Freshwater pearls from Suzhou, drilled by my mother and set by me on a hook of gilded silver. "
    "The drop is as long as the one that Lin wears, and as light."
)


def day_in(days: float) -> datetime:
    return clock.now() + timedelta(days=days)


def typed(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


# --- the producer ---


async def she_brings_her_film(gu: Visitor, n: Names, desk: str) -> None:
    """It needs no fund any more; nobody may see it before it airs."""
    await gu.goes_to(desk)
    await gu.follows("Films", among="Desk")
    await gu.follows("Add a film")
    await gu.types(name=n.film, line="A ferryman's daughter, and a river that keeps one of two earrings.")
    await gu.presses("Add it")
    await gu.follows("On screen")
    await gu.follows("The film and its cuts")
    await gu.types(duration="1:24", airs_at=typed(day_in(SHOWN_IN_DAYS)))
    await gu.presses("Save")
    await gu.hands_over("video", river_moon.VIDEO)
    await gu.presses("Send the film")
    await gu.reads("The film is there.")
    await gu.hands_over("captions", river_moon.CAPTIONS)
    await gu.presses("Send the captions")
    await gu.reads("There are captions.")


async def she_registers_a_scene(gu: Visitor) -> None:
    await gu.follows("Scenes", among="On screen")
    await gu.types(code="S5", name="Lin listens", start="0:42", end="0:55")
    await gu.presses("Add the scene")
    await gu.reads("S5 · Lin listens", "00:00:42.000")


async def she_registers_the_earring(gu: Visitor, n: Names) -> None:
    """What it is and who agreed to it; then shops may apply, long before anybody sees it."""
    await gu.follows("Products", among="On screen")
    await gu.follows("A new product")
    await gu.chooses(kind="jewellery")
    await gu.types(
        name=n.earring, about="One pearl on a gold hook. The river has the other.", designer="Mo Chen", category="earrings",
        wearer="Lin", actor="Zhao Wei", embargo_until=typed(day_in(SHOWN_IN_DAYS)),
    )  # fmt: skip
    await gu.presses("Write it down")
    await gu.reads("Here it is, as a draft.")
    await gu.types(design="Mo Chen, contract 12 of 3 May", likeness="Zhao Wei, rider 7")
    await gu.page.locator("form[aria-labelledby=clearances] button").click()
    await gu.presses("Clear it")
    await gu.presses("Open it to sellers")
    await gu.reads("Sellers can ask to make it.", "A preview shows it to them before anybody else sees it.")


def close_up(product: str) -> river_moon.Shown:
    """Where the film itself has it, large."""
    return next(one for one in river_moon.APPEARANCES if one.product == product and one.prominence == 3)


async def she_marks_where_it_is_worn(gu: Visitor) -> None:
    """A box over the film at its moment, drawn with the mouse; without a script its numbers are typed."""
    shown = close_up("earring")
    await gu.follows("Mark an appearance")
    await gu.page.locator("[name=scene]").select_option(label="S5 · Lin listens")
    await gu.chooses(prominence="3")
    await gu.types(start="0:42.2", end="0:54.8", alt=shown.alt)
    if gu.scripts:
        await expect(gu.page.locator("[data-now]")).to_contain_text("00:00:42.2")
        await she_draws(gu, *shown.boxes[0][1:])
    else:
        await gu.types(boxes="\n".join(" ".join(map(str, box)) for box in shown.boxes))
    await gu.presses("Keep it")
    await gu.reads("The appearance is there.")


async def she_draws(gu: Visitor, left: float, top: float, width: float, height: float) -> None:
    frame = await gu.page.locator(".stepper__stage").bounding_box()
    assert frame is not None
    x, y, w, h = frame["x"], frame["y"], frame["width"], frame["height"]
    await gu.page.mouse.move(x + w * left, y + h * top)
    await gu.page.mouse.down()
    await gu.page.mouse.move(x + w * (left + width), y + h * (top + height), steps=4)
    await gu.page.mouse.up()
    drawn = [float(n) for n in (await gu.page.locator("#field-boxes").input_value()).split()[1:]]
    assert all(abs(a - b) < 0.01 for a, b in zip(drawn, (left, top, width, height), strict=True)), drawn


async def she_publishes(gu: Visitor, n: Names) -> None:
    await gu.follows("Overview", among="On screen")
    await gu.reads("Nothing looks wrong", n.earring, n.jacket)
    await gu.presses("Publish")
    await gu.reads("Revision 1 is published.", "Nothing: viewers see what is written down here.")


async def she_puts_up_a_preview(gu: Visitor, n: Names) -> None:
    """A picture of the thing alone, for shops that keep it to themselves."""
    await gu.follows("Products", among="On screen")
    await gu.follows(n.earring)
    await gu.follows("Show it to sellers")
    await gu.reads("Under embargo until", "Nothing yet.")
    await gu.picks("A picture of it")
    await gu.types(start="0:49", words="The drop, from the side")
    await gu.hands_over("image", river_moon.still_path("earring"))
    await gu.presses("Put it up")
    await gu.reads("Here it is.", "Shops that have agreed to the terms see it from now on.")


# --- the seller ---


async def she_opens_a_shop(bao: Visitor, n: Names) -> None:
    """She hears of the market, and what stands there under embargo is for shops only."""
    await bao.goes_to("/market")
    await bao.reads("Make what is seen in films", "under embargo")
    await bao.reads_no(n.earring)
    await bao.follows("Open a shop")
    await bao.signs_up("Bao", n.email, "seven pearls in a row")
    await bao.reads("Who is asking?")
    await bao.types(name=n.shop, about="Three of us at a window on the canal.")
    await bao.chooses(country="CN")
    await bao.presses("Go on")
    await bao.reads("Before you can sell", "0 of 5 done")


async def she_can_be_paid(bao: Visitor) -> None:
    await bao.follows("Do it", beside="We know who you are")
    await bao.presses("Send it for review")
    await bao.presses("Set up payouts")
    await bao.reads("This one is simulated")
    await bao.presses("Complete verification")
    await bao.reads("Payouts work", "Being looked at")


async def staff_verifies(ada: Visitor, shop: str) -> None:
    await ada.goes_to("/staff")
    await ada.follows("Look", beside=shop)
    await ada.types(reason="The register and the account agree.")
    await ada.presses("Verify")
    await ada.reads("Decided, and the owners are told.")


async def she_says_where_things_come_back_to(bao: Visitor) -> None:
    await bao.follows("Overview", among="Desk")
    await bao.follows("Do it", beside="Buyers know where to send things back to")
    await bao.types(returns_to="Bao Lin\n8 Shell Lane\nSuzhou, China", about_making="Freshwater pearls, set by hand.")
    await bao.presses("Save")
    await bao.reads("3 of 5 done")


async def she_looks_at_the_preview(bao: Visitor, n: Names) -> None:
    """First she agrees, by the version of the terms; then her own name lies over what she sees."""
    await bao.follows("Overview", among="Desk")
    await bao.follows("To the market")
    await bao.reads(n.film, n.earring, "look after you have agreed")
    await bao.follows(n.earring)
    await bao.reads("Before you look", "Version 1 of these terms")
    await bao.picks(f"I agree, for {n.shop}")
    await bao.presses("Show me")
    await bao.reads("Your name and today's date are drawn into every picture")
    drawn = bao.page.get_by_role("img", name="The drop, from the side")
    assert await drawn.evaluate("picture => picture.decode().then(() => picture.naturalWidth > 0)")


async def she_counts_what_is_left(bao: Visitor) -> None:
    """Two of 45.00 less a tenth, to the United States: of 92.67 the film has 6.48 and the site 8.10."""
    await bao.chooses(currency="USD")
    await bao.types(price="40.50", royalty="8", tax="7", shipping="6.00", units="2")
    await bao.presses("Work it out")
    await bao.reads("A fan pays", "$92.67", "$6.48", "$8.10", "$5.67")


async def she_applies(bao: Visitor, n: Names, sample: Path) -> None:
    await bao.follows("For makers")
    await bao.follows(n.earring)
    await bao.follows("Apply to make it")
    await bao.chooses(currency="USD")
    await bao.types(price="45.00", units="200", ships_within_days="5", pitch="By hand.")
    await bao.presses("Keep it, then add pictures")
    await bao.reads("Kept.", "Say in two or three sentences how you would make it.", "Show at least one picture")
    await bao.types(pitch=PITCH)
    await bao.presses("Save")
    await bao.hands_over("image", sample)
    await bao.types(alt="A drop that I set last winter")
    await bao.presses("Add it")
    await bao.reads("Here it is.")
    await bao.presses(f"Send it to {n.studio}")
    await bao.reads("Sent. The studio has 14 days to answer", "time until")


# --- both ---


async def she_offers_a_licence(gu: Visitor, n: Names) -> None:
    """She reads the application, looks at the sample, and offers what is usual: 8 % of net sales, told each month."""
    await gu.follows("Applications", among="Desk")
    await gu.reads("Waits for your answer", n.shop)
    await gu.follows(n.earring)
    await gu.reads("Freshwater pearls from Suzhou", "A drop that I set last winter", "$45.00")
    await gu.follows("Accept, and offer a licence")
    await expect(gu.page.locator("[name=royalty]")).to_have_value("8")
    await expect(gu.page.locator("[name=currency]")).to_have_value("USD")
    await gu.chooses(report_months="1")
    await gu.types(note="Mo Chen is named on the card that comes with it.")
    await gu.presses("Offer it")
    await gu.reads("Accepted: the licence is offered.", "8%", "everywhere")


async def she_takes_it(bao: Visitor, n: Names) -> None:
    await bao.opens_letter("licence", n.email)
    await bao.follows_its_link()
    await bao.reads(f"From {n.studio} to {n.shop}", "8%", "Mo Chen is named on the card", "Not accepted yet")
    await bao.presses("Take the licence")
    await bao.reads("In force", "Its public badge")


async def she_lists_it(bao: Visitor, n: Names) -> None:
    """A licensed replica with a tenth off, ten of them, sent everywhere for 6.00."""
    await bao.follows("List it for sale")
    await bao.reads("You have a licence for these")
    await bao.follows(n.earring)
    await bao.types(name=n.for_sale, about="A freshwater pearl of 9 mm on a hook of gilded silver.")
    await bao.picks("Licensed replica")
    await bao.page.locator("main select[name='licence']").select_option(index=1)
    await bao.types(ships_within_days="5", discount="10")
    await bao.chooses(currency="USD")
    await bao.presses("Keep as a draft")
    await bao.types(variant_1_price="45.00", variant_1_stock="10")
    await bao.presses("Save variants")
    await bao.reads("Before it can be sold")
    await bao.follows("Go there")
    await bao.types(name="Everywhere", first="6.00", more="0", days_min="3", days_max="9")
    await bao.picks("All countries that no other zone of yours names")
    await bao.chooses(currency="USD")
    await bao.presses("Ship there")
    await bao.reads("Everywhere", "$6.00")
    await bao.follows("All listings")
    await bao.follows(n.for_sale)
    await bao.presses("Put it on sale")
    await bao.reads("On sale", "Licensed replica")
