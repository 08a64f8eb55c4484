"""An application from its draft to its answer: who may do what, and the studio's clock. On both engines."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
import time_machine

from crowdfund import clock
from crowdfund.campaigns.actions import NotReady
from crowdfund.database import new_id
from crowdfund.database.moves import MoveRefused
from crowdfund.merch.applications import actions
from crowdfund.merch.applications.actions import NotADraft, ShopStopped
from crowdfund.merch.applications.jobs import expire_applications
from crowdfund.merch.applications.models import MOVES, Application, ApplicationEvent, ApplicationImage
from crowdfund.merch.applications.rules import (
    ApplicationOver,
    AppliedAlready,
    NoSuchApplication,
    NotOpen,
    Pitch,
    TooManySamples,
)
from crowdfund.merch.licences.actions import LicenceClashes
from crowdfund.merch.licences.models import Exclusivity, Licence
from crowdfund.people.pictures import keep_image
from crowdfund.refusal import Invalid, NotAllowed, NotFound
from tests.http.test_licences import a_maker_of_films, offered, terms
from tests.sellers import ShopMade, a_product, a_shop, an_application
from tests.walks import walk_every_pair

pytestmark = pytest.mark.usefixtures("database")
_keys = count(1)
WORDS = "Freshwater pearls from Suzhou, set by hand in silver, each pair a little different."


def pitch(**more: object) -> Pitch:
    facts = {"pitch": WORDS, "price_minor": 45_00, "currency": "USD", "units": 200, "ships_within_days": 14}
    return Pitch(**{**facts, **more})  # type: ignore[arg-type]


async def a_draft(shop: ShopMade, product: object, **more: object) -> Application:
    key = f"k{next(_keys)}"
    return await actions.make_application(product, shop.organisation, pitch(**more), by=shop.owner.id, key=key)  # type: ignore[arg-type]


async def with_sample(application: Application, shop: ShopMade) -> int:
    image_id = new_id()
    await keep_image(image_id, 800, 600, by=shop.owner.id)
    await actions.add_sample(application.id, image_id, alt="A pair of pearl earrings", by=shop.owner.id)
    return image_id


async def test_every_pair_of_states_of_an_application() -> None:
    application = await an_application(await a_shop(), await a_product(), state="draft")
    says = {"reason": "Not this time."}
    await walk_every_pair(application, MOVES, ApplicationEvent, being=lambda _s: says, becoming=lambda _s: says)


async def test_a_draft_is_sent_once_it_shows_something() -> None:
    shop, earring = await a_shop(), await a_product()
    draft = await a_draft(shop, earring, pitch="Pearls.")
    with pytest.raises(NotReady) as refused:
        await actions.submit_application(draft.id, by=shop.owner.id)
    assert [one.field for one in refused.value.missing] == ["pitch", "image"]
    await actions.change_application(draft.id, pitch())
    await with_sample(draft, shop)
    sent = await actions.submit_application(draft.id, by=shop.owner.id)
    assert sent.state == "submitted"
    assert sent.answer_by is not None and timedelta(days=13, hours=23) < sent.answer_by - clock.now() <= timedelta(
        days=14
    )
    with pytest.raises(NotADraft):
        await actions.change_application(draft.id, pitch(price_minor=1_00))
    with pytest.raises(NotADraft):
        await actions.drop_sample(draft.id, 1)


async def test_one_at_a_time_for_each_product() -> None:
    shop, earring = await a_shop(), await a_product()
    draft = await a_draft(shop, earring)
    with pytest.raises(AppliedAlready):
        await a_draft(shop, earring)
    await a_draft(await a_shop("Other"), earring)
    await actions.withdraw_application(draft.id, "", by=shop.owner.id)
    assert (await a_draft(shop, earring)).state == "draft"


async def test_who_may_not_apply_and_to_what() -> None:
    shop = await a_shop()
    for state in ("draft", "cleared", "licensed", "retired"):
        product = await a_product(f"A {state} thing", state=state)
        with pytest.raises(NotOpen):
            await a_draft(shop, product)
    earring = await a_product()
    with pytest.raises(ShopStopped):
        await a_draft(await a_shop("Stopped", state="suspended"), earring)
    for more, field in (
        ({"price_minor": 1}, "price"),
        ({"units": 0}, "units"),
        ({"ships_within_days": 366}, "ships_within_days"),
    ):
        with pytest.raises(Invalid) as refused:
            await a_draft(shop, earring, **more)
        assert refused.value.field == field
    assert await Application.all().count() == 0


async def test_a_shop_shows_six_pictures_and_only_its_own() -> None:
    shop, other = await a_shop(), await a_shop("Other")
    draft = await a_draft(shop, await a_product())
    pictures = [await with_sample(draft, shop) for _ in range(6)]
    with pytest.raises(TooManySamples):
        await with_sample(draft, shop)
    stolen = new_id()
    await keep_image(stolen, 10, 10, by=other.owner.id)
    await actions.drop_sample(draft.id, pictures[0])
    with pytest.raises(NotFound):
        await actions.add_sample(draft.id, stolen, alt="Not mine", by=shop.owner.id)
    assert await ApplicationImage.filter(application_id=draft.id).count() == 5


async def test_the_studio_answers_in_fourteen_days_to_the_second_or_it_expires() -> None:
    lin, studio = await a_maker_of_films()
    earring = await a_product(studio_id=studio)
    late, quick = await an_application(await a_shop(), earring), await an_application(await a_shop("Quick"), earring)
    assert late.answer_by and quick.answer_by
    second = timedelta(seconds=1)
    with time_machine.travel(late.answer_by - second, tick=False):
        assert not await expire_applications()
        await actions.shortlist_application(quick.id, "Send a sample soon.", by=lin.id)
    with time_machine.travel(late.answer_by, tick=False):  # nobody has written it down yet, and it is over
        with pytest.raises(ApplicationOver):
            await actions.shortlist_application(late.id, "We like it.", by=lin.id)
        with pytest.raises(ApplicationOver):
            await actions.withdraw_application(late.id, "", by=late.person_id)
    with time_machine.travel(late.answer_by + second, tick=False):
        assert await expire_applications()
        assert not await expire_applications()
    states = {one.id: one.state for one in await Application.all()}
    assert states == {late.id: "expired", quick.id: "shortlisted"}


async def test_yes_is_a_licence_that_is_offered_and_no_has_a_reason() -> None:
    lin, studio = await a_maker_of_films()
    earring = await a_product(studio_id=studio)
    shop, other = await a_shop(), await a_shop("Other")
    ours, theirs = await an_application(shop, earring), await an_application(other, earring)
    await actions.ask_for_sample(ours.id, "Please send one pair to us.", by=lin.id)
    offer = terms(earring)
    once = [await actions.accept_application(ours.id, offer, by=lin.id, key="yes") for _ in range(2)]
    assert once[0].id == once[1].id and once[0].application_id == ours.id and once[0].state == "offered"
    await actions.decline_application(theirs.id, "We have found somebody.", by=lin.id)
    answered = await Application.get(id=theirs.id)
    assert (answered.state, answered.reason) == ("declined", "We have found somebody.")
    with pytest.raises(MoveRefused):
        await actions.accept_application(theirs.id, terms(earring), by=lin.id, key="no")
    steps = [one.to_state for one in await ApplicationEvent.filter(application_id=ours.id).order_by("id")]
    assert steps == ["sample_requested", "accepted"]


async def test_a_licence_that_clashes_leaves_the_application_as_it_was() -> None:
    lin, studio = await a_maker_of_films()
    earring = await a_product(studio_id=studio)
    await offered(await a_shop("First"), earring, by=lin.id, exclusivity=Exclusivity.PRODUCT)
    application = await an_application(await a_shop(), earring)
    with pytest.raises(LicenceClashes):
        await actions.accept_application(application.id, terms(earring), by=lin.id, key="yes")
    assert (await Application.get(id=application.id)).state == "submitted"
    assert await Licence.all().count() == 1


async def test_nobody_reads_what_is_none_of_theirs() -> None:
    lin, studio = await a_maker_of_films()
    _other, elsewhere = await a_maker_of_films()
    shop, rival, earring = await a_shop(), await a_shop("Rival"), await a_product(studio_id=studio)
    draft = await a_draft(shop, earring)
    assert (await actions.application_of_side(shop.id, draft.id))[0].id == draft.id
    for organisation_id in (studio, elsewhere, rival.id):  # not even the studio, while it is written
        with pytest.raises(NoSuchApplication):
            await actions.application_of_side(organisation_id, draft.id)
    await with_sample(draft, shop)
    await actions.submit_application(draft.id, by=shop.owner.id)
    assert (await actions.application_of_side(studio, draft.id))[0].id == draft.id
    with pytest.raises(NoSuchApplication):
        await actions.application_of_side(rival.id, draft.id)
    with pytest.raises(NotAllowed):
        from crowdfund.people.models import Organisation

        await actions.make_application(earring, await Organisation.get(id=studio), pitch(), by=lin.id, key="a studio")
