"""River Moon on a screen for a test, with three small sellers: `river_moon()`."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund.database.ids import public
from crowdfund.demo.filming.registering import put_on_screen
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests.listings import a_licence, a_listing, a_shop, a_title
from tests.world import Fan, a_fan, a_studio


@dataclass
class OnScreen:
    """The film; its products by `earring`, `coat`, `lamp`, `hat`; who makes the first two."""

    title: Title
    producer: Fan
    products: dict[str, OnscreenProduct]
    xiu: Organisation
    tailors: Organisation
    licence: Licence
    earring: tuple[Listing, Variant]
    coat: tuple[Listing, Variant]

    @property
    def path(self) -> str:
        return f"/watch/{public(self.title.id)}"

    def item(self, short: str) -> str:
        return f"{self.path}/items/{public(self.products[short].id)}"


async def river_moon(
    *, countries: tuple[str, ...] = ("*",), name: str = "River Moon", title: Title | None = None
) -> OnScreen:
    """Xiu Workshop makes the earring with a licence, $45.00; Old Dock Tailors a coat by the same maker, $129.00; nobody the others."""
    producer = await a_fan("Gu")
    title = title or await a_title(await a_studio(owner=producer), name)
    products = await put_on_screen(title.id, by=producer.id)
    xiu, tailors = await a_shop("Xiu Workshop"), await a_shop("Old Dock Tailors", country="DE")
    licence = await a_licence(xiu, products["earring"], countries=countries)
    earring = await a_listing(xiu, products["earring"], name="Pearl drop earrings", licence=licence, price_minor=4500)
    coat = await a_listing(
        tailors,
        products["coat"],
        name="The long coat",
        match="same_maker",
        price_minor=12900,
        on_hand=2,
        discount_bps=1000,
    )
    return OnScreen(title, producer, products, xiu, tailors, licence, earring, coat)
