"""What is on screen, written down by its makers: masters, scenes, products, appearances, revisions. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from fractions import Fraction

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.merch.screen import appearances, masters, products, publishing, scenes, wanting
from crowdfund.merch.screen.appearances import Sighting
from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.importing.keeping import ListForm, ListNotFit, Sent, keep_list, look_at
from crowdfund.merch.screen.masters import CutNotUnderstood, MasterFacts
from crowdfund.merch.screen.models import (
    MOVES,
    Appearance,
    CueRevision,
    Master,
    OnscreenProduct,
    OnscreenProductEvent,
    ProductKind,
    Scene,
)
from crowdfund.merch.screen.products import ProductFacts, SellersRelyOnIt
from crowdfund.merch.screen.publishing import NothingNew
from crowdfund.merch.screen.queries import newest_document, open_products, revision_of, shown_now
from crowdfund.merch.screen.rules import (
    BoxNotUnderstood,
    BoxOffTheFrame,
    EndsBeforeItStarts,
    NoSuchAppearance,
    NoSuchCut,
    NoSuchMaster,
    NoSuchProduct,
    NoSuchScene,
    NoSuchWearer,
    NotCleared,
    OutsideTheFilm,
    TooManyAtOnce,
)
from crowdfund.merch.screen.scenes import SceneFacts, StillUsed
from crowdfund.merch.screen.wanting import NotAsked, OnlyBackers
from crowdfund.refusal import Invalid
from tests.bank import books_proven
from tests.cinema import a_title
from tests.screen import LEFT_EAR, a_film_on_screen, a_master, a_product, a_scene, an_appearance, ms, published
from tests.walks import walk_every_pair
from tests.world import Fan, a_campaign, a_fan, a_pledge, a_studio


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


@pytest.fixture
async def gu(database: str) -> Fan:
    return await a_fan("Gu")


# --- the master ---


async def test_a_master_is_kept_and_never_shorter_than_what_is_on_it(gu: Fan) -> None:
    master = await a_master(length="1:30:00", by=gu)
    assert (master.fps, master.duration_ms) == (Fraction(25), 5_400_000)
    await an_appearance(await a_product(master.title_id), "1:20:00", "1:20:05")
    for length, refusal in ((0, Invalid), (86_400_001, Invalid), (ms("1:20:04.999"), OutsideTheFilm)):
        with pytest.raises(refusal):
            await masters.keep_master(master.title_id, MasterFacts(Fraction(24), length), by=gu.id)
    await masters.keep_master(master.title_id, MasterFacts(Fraction(24000, 1001), ms("1:20:05")), by=gu.id)
    found = await Master.get(title_id=master.title_id)
    assert (found.fps, found.duration_ms) == (Fraction(24000, 1001), 4_805_000)
    with pytest.raises(Invalid, match="first airs"):
        await masters.keep_master(master.title_id, MasterFacts(Fraction(25), 5_400_000, delay_ms=5_000), by=gu.id)


async def test_nothing_is_on_a_title_without_a_master(gu: Fan) -> None:
    title = await a_title(await a_studio())
    with pytest.raises(NoSuchMaster):
        await scenes.make_scene(title.id, SceneFacts("S1", "", 0, 1_000), by=gu.id)
    product = await a_product(title.id)  # before the shoot a product is there, and no film
    with pytest.raises(NoSuchMaster):
        await an_appearance(product)


async def test_another_cut_is_pieces_of_the_master(gu: Fan) -> None:
    master = await a_master(length="10:00")
    title_id = master.title_id
    tv = await masters.keep_cut(title_id, "TV", [Offset(0, 60_000, 0), Offset(120_000, 600_000, -60_000)], by=gu.id)
    again = await masters.keep_cut(title_id, "TV", [Offset(0, 600_000, 5_000)], by=gu.id)
    assert again.id == tv.id
    for wrong, refusal in (
        ([], CutNotUnderstood),
        ([Offset(0, 600_001, 0)], OutsideTheFilm),
        ([Offset(5_000, 5_000, 0)], EndsBeforeItStarts),
        ([Offset(5_000, 9_000, -5_001)], CutNotUnderstood),
        ([Offset(0, 60_000, 0), Offset(59_999, 70_000, 0)], CutNotUnderstood),
        ([Offset(0, 60_000, 0), Offset(60_000, 70_000, -1)], CutNotUnderstood),
    ):
        with pytest.raises(refusal):
            await masters.keep_cut(title_id, "TV", wrong, by=gu.id)
    await masters.drop_cut(title_id, tv.id, by=gu.id)
    with pytest.raises(NoSuchCut):
        await masters.drop_cut(title_id, tv.id, by=gu.id)


# --- scenes and who wears it ---


async def test_scenes_have_their_code_once_and_stay_in_the_film(gu: Fan) -> None:
    title_id = (await a_master(length="1:00:00")).title_id
    scene = await a_scene(title_id, "S12", "12:00", "15:00")
    with pytest.raises(Invalid, match="S12 already"):
        await a_scene(title_id, "S12", "20:00", "21:00")
    with pytest.raises(EndsBeforeItStarts):
        await a_scene(title_id, "S13", "21:00", "20:00")
    with pytest.raises(OutsideTheFilm, match=r"ends at 01:00:00\.000"):
        await a_scene(title_id, "S13", "59:00", "1:00:01")
    facts = SceneFacts("S12A", "The gate", ms("12:00"), ms("14:00"), 1)
    await scenes.change_scene(title_id, scene.id, facts, by=gu.id)
    seen = await an_appearance(await a_product(title_id), scene_id=scene.id)
    await scenes.remove_scene(title_id, scene.id, by=gu.id)
    assert (await Appearance.get(id=seen.id)).scene_id is None
    other = (await a_master()).title_id
    theirs = await a_scene(other)
    with pytest.raises(NoSuchScene):
        await scenes.change_scene(title_id, theirs.id, facts, by=gu.id)


async def test_the_same_key_makes_a_scene_once(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    facts = SceneFacts("S1", "", 0, 1_000)
    first, second = await asyncio.gather(
        *(scenes.make_scene_once(title_id, facts, by=gu.id, key="k") for _ in range(2))
    )
    assert first.id == second.id and await Scene.filter(title_id=title_id).count() == 1
    with pytest.raises(KeyUsedForAnother):
        await scenes.make_scene_once(title_id, SceneFacts("S2", "", 0, 1_000), by=gu.id, key="k")


async def test_a_character_is_known_by_her_name(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    lin = await scenes.keep_wearer(title_id, "Lin", "", by=gu.id)
    again = await scenes.keep_wearer(title_id, "Lin", "Zhao Wei", by=gu.id)
    assert (again.id, again.actor) == (lin.id, "Zhao Wei")
    await a_product(title_id, wearer="Lin")
    with pytest.raises(StillUsed):
        await scenes.remove_wearer(title_id, lin.id, by=gu.id)
    theirs = await scenes.keep_wearer((await a_master()).title_id, "Bo", "", by=gu.id)
    facts = ProductFacts(ProductKind.PROP, "Fan", wearer_id=theirs.id)
    with pytest.raises(NoSuchWearer):
        await products.make_product(title_id, facts, by=gu.id)


# --- products ---


async def test_every_pair_of_states_of_a_product() -> None:
    product = await a_product((await a_master()).title_id)
    await walk_every_pair(product, MOVES, OnscreenProductEvent)


async def test_nothing_is_sold_before_design_and_likeness_are_cleared(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    earring = await a_product(title_id, "Earring", cleared=False)
    with pytest.raises(NotCleared, match="whose design it is"):
        await products.clear_product(earring.id, by=gu.id)
    with pytest.raises(NotCleared, match="may be made"):
        await products.open_applications(earring.id, by=gu.id)
    await products.write_clearances(earring.id, design="Mo Chen, contract 12", likeness="", by=gu.id)
    with pytest.raises(NotCleared, match="who wears it"):
        await products.clear_product(earring.id, by=gu.id)
    await products.write_clearances(earring.id, design="Mo Chen, contract 12", likeness="Zhao Wei, rider 7", by=gu.id)
    await products.clear_product(earring.id, by=gu.id)
    await products.open_applications(earring.id, by=gu.id)
    with pytest.raises(SellersRelyOnIt):
        await products.write_clearances(earring.id, design="", likeness="Zhao Wei, rider 7", by=gu.id)
    assert [one.id for one in await open_products()] == [earring.id]
    assert await products.mark_licensed(earring.id, by=gu.id) and not await products.mark_licensed(earring.id, by=gu.id)
    with pytest.raises(SellersRelyOnIt):
        await products.retire_product(earring.id, by=gu.id)
    assert await products.mark_unlicensed(earring.id, by=None)
    await products.write_clearances(earring.id, design="Mo Chen, contract 12", likeness="", by=gu.id)
    assert (await OnscreenProduct.get(id=earring.id)).state == "draft", (
        "what was cleared and is no more is a draft again"
    )
    history = await OnscreenProductEvent.filter(onscreen_product_id=earring.id).order_by("id")
    assert [one.to_state for one in history] == [
        "draft", "cleared", "open_for_applications", "licensed", "cleared", "draft",
    ]  # fmt: skip


async def test_what_nobody_wears_needs_no_likeness_until_somebody_does(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    lamp = await a_product(title_id, "Lamp", wearer="", kind="set")
    assert lamp.state == "cleared"
    lin = await scenes.keep_wearer(title_id, "Lin", "", by=gu.id)
    facts = ProductFacts(ProductKind.PROP, "Lamp", wearer_id=lin.id)
    with pytest.raises(NotCleared, match="nobody wears"):
        await products.change_product(lamp.id, facts, by=gu.id)
    await products.take_back_to_draft(lamp.id, by=gu.id)
    await products.change_product(lamp.id, facts, by=gu.id)
    with pytest.raises(MoveRefused):
        await products.take_back_to_draft(lamp.id, by=gu.id)


async def test_the_database_itself_keeps_what_is_not_cleared_from_being_open() -> None:
    product = await a_product((await a_master()).title_id, cleared=False)
    with pytest.raises(Exception, match=r"(?i)check"):
        await atomic(OnscreenProduct.filter(id=product.id).update)(state="open_for_applications")


async def test_a_product_of_another_film_is_none_of_ours(gu: Fan) -> None:
    ours, theirs = (await a_master()).title_id, await a_product((await a_master()).title_id)
    with pytest.raises(NoSuchProduct):
        await appearances.make_appearance(ours, Sighting(theirs.id, 0, 1_000), by=gu.id)


# --- appearances ---


async def test_an_appearance_is_in_the_film_and_its_boxes_in_the_frame(gu: Fan) -> None:
    title_id = (await a_master(length="1:00:00")).title_id
    product = await a_product(title_id)
    moving = [[0, 0.62, 0.31, 0.08, 0.12], [2.4, 0.58, 0.30, 0.08, 0.12]]
    seen = await an_appearance(product, "12:34.2", "12:41", boxes=moving)
    assert (seen.start_ms, seen.end_ms, seen.box_list) == (754_200, 761_000, moving)
    wrong = [
        (("12:41", "12:34"), (), EndsBeforeItStarts),
        (("59:59", "1:00:01"), (), OutsideTheFilm),
        (("1:00:00", "1:00:01"), (), OutsideTheFilm),
        (("20:00", "20:05"), [[0, 0.95, 0, 0.1, 0.1]], BoxOffTheFrame),
        (("20:00", "20:05"), [[0, -0.01, 0, 0.1, 0.1]], BoxOffTheFrame),
        (("20:00", "20:05"), [[0, 0, 0, 0, 0.1]], BoxOffTheFrame),
        (("20:00", "20:05"), [[5.1, 0, 0, 0.1, 0.1]], BoxNotUnderstood),
        (("20:00", "20:05"), [[1, 0, 0, 0.1, 0.1], [1, 0, 0, 0.1, 0.1]], BoxNotUnderstood),
        (("20:00", "20:05"), [[0, 0, 0.1, 0.1]], BoxNotUnderstood),
        (("20:00", "20:05"), [[0, float("nan"), 0, 0.1, 0.1]], BoxNotUnderstood),
        (("12:34.2", "12:41"), (), Invalid),
    ]
    for times, boxes, refusal in wrong:
        with pytest.raises(refusal):
            await an_appearance(product, *times, boxes=boxes)
    assert await Appearance.filter(title_id=title_id).count() == 1


async def test_two_boxes_too_many(gu: Fan) -> None:
    """Five products are marked at one moment; two more come only where the others have gone, or without a box."""
    title_id = (await a_master()).title_id
    found = [await a_product(title_id) for _ in range(7)]
    for product in found[:5]:
        await an_appearance(product, "10:00", "10:05")
    with pytest.raises(TooManyAtOnce, match=r"One box too many: at 00:10:04\.999 6 products"):
        await an_appearance(found[5], ms("10:05") - 1, "10:09")
    await an_appearance(found[5], "10:05", "10:09")
    late = await an_appearance(found[6], "10:00", "10:05", boxes=())
    sighting = Sighting(found[6].id, ms("10:00"), ms("10:05"), boxes=[LEFT_EAR])
    with pytest.raises(TooManyAtOnce):
        await appearances.change_appearance(title_id, late.id, sighting, by=gu.id)


async def test_the_last_free_box_is_had_once(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    found = [await a_product(title_id) for _ in range(8)]
    for product in found[:4]:
        await an_appearance(product, "10:00", "10:05")
    tries = [an_appearance(product, "10:00", "10:05") for product in found[4:]]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Appearance", *["TooManyAtOnce"] * 3]
    assert await Appearance.filter(title_id=title_id).count() == 5


async def test_an_appearance_is_changed_and_removed(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    product = await a_product(title_id)
    seen = await an_appearance(product)
    await appearances.change_appearance(title_id, seen.id, Sighting(product.id, 1_000, 2_000, prominence=3), by=gu.id)
    found = await Appearance.get(id=seen.id)
    assert (found.start_ms, found.end_ms, found.prominence, found.boxes) == (1_000, 2_000, 3, "[]")
    await appearances.remove_appearance(title_id, seen.id, by=gu.id)
    with pytest.raises(NoSuchAppearance):
        await appearances.remove_appearance(title_id, seen.id, by=gu.id)


# --- revisions ---


async def test_a_revision_is_published_and_stays_as_it_was(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    scene = await a_scene(title_id, spoiler=1)
    earring = await a_product(title_id, "Earring", designer="Mo Chen")
    seen = await an_appearance(earring, scene_id=scene.id)
    assert await newest_document(title_id) is None
    first = await published(title_id)
    document = await newest_document(title_id)
    assert document is not None and (document.number, document.sha256) == (1, first.sha256)
    (cue,) = document.cues
    assert (cue.id, cue.product.name, cue.product.designer, cue.spoiler) == (seen.id, "Earring", "Mo Chen", 1)
    assert (
        cue.wearer
        and (cue.wearer.name, cue.wearer.actor) == ("Lin", "Zhao Wei")
        and cue.scene
        and cue.scene.code == "S12"
    )
    with pytest.raises(NothingNew, match="revision 1"):
        await published(title_id)
    jacket = await a_product(title_id, "Jacket")
    await an_appearance(jacket, "20:00", "20:05")
    await appearances.remove_appearance(title_id, seen.id, by=gu.id)
    changes = await publishing.changes_of(title_id)
    assert [(c.before and c.before.product.name, c.after and c.after.product.name) for c in changes] == [
        ("Earring", None), (None, "Jacket"),
    ]  # fmt: skip
    second = await published(title_id)
    assert second.number == 2
    assert (await revision_of(title_id, 1))[1] == document, "the first revision is what it was"
    with pytest.raises(Exception, match=r"append-only|cue_revision"):
        await atomic(CueRevision.filter(id=first.id).update)(document="{}")


async def test_what_is_not_cleared_is_published_by_nobody(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    await an_appearance(await a_product(title_id, "Earring"))
    await an_appearance(await a_product(title_id, "Jacket", cleared=False), "20:00", "20:05")
    with pytest.raises(NotCleared, match=r"Not cleared: Jacket\. Clear it"):
        await published(title_id)
    await published(title_id, leaving_out=True)
    document = await newest_document(title_id)
    assert document and [cue.product.name for cue in document.cues] == ["Earring"]


async def test_two_who_publish_at_once_make_one_revision() -> None:
    title_id = (await a_master()).title_id
    await an_appearance(await a_product(title_id))
    answers = await asyncio.gather(*(published(title_id) for _ in range(4)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["CueRevision", *["NothingNew"] * 3]
    assert await CueRevision.filter(title_id=title_id).count() == 1


async def test_what_is_shown_waits_for_airing_embargo_and_clearance(gu: Fan) -> None:
    now = clock.now()
    airs_at, embargo = now + timedelta(hours=1), now + timedelta(hours=3)
    master, (earring, jacket, hat) = await a_film_on_screen(products=3, airs_at=airs_at)
    facts = ProductFacts(ProductKind.COSTUME, jacket.name, wearer_id=jacket.wearer_id, embargo_until=embargo)
    await products.change_product(jacket.id, facts, by=gu.id)

    async def names(at: object) -> tuple[list[int], object]:
        shown = await shown_now(master.title_id, at)  # type: ignore[arg-type]
        assert shown is not None
        return [cue.product.id for cue in shown[0].cues], shown[1]

    assert await names(now) == ([], airs_at)
    assert await names(airs_at - timedelta(microseconds=1)) == ([], airs_at)
    assert await names(airs_at) == ([earring.id, hat.id], embargo), "to the second"
    assert await names(embargo) == ([earring.id, jacket.id, hat.id], None)
    await products.retire_product(hat.id, by=gu.id)
    assert await names(embargo) == ([earring.id, jacket.id], None), "at once, without a new revision"


async def test_in_a_live_premiere_each_cue_waits_for_its_moment(gu: Fan) -> None:
    airs_at = clock.now()
    master, found = await a_film_on_screen(products=2, airs_at=airs_at, delay_ms=10_000)
    first = airs_at + timedelta(milliseconds=750_000 + 10_000)
    shown = await shown_now(master.title_id, first - timedelta(milliseconds=1))
    assert shown == (shown[0].with_cues([]), first) if shown else False
    shown = await shown_now(master.title_id, first)
    assert shown and [cue.product.id for cue in shown[0].cues] == [found[0].id]
    assert shown[1] == first + timedelta(seconds=6)


# --- I would buy this ---


async def test_backers_say_once_that_they_would_buy_it_and_sellers_see_how_many(gu: Fan) -> None:
    campaign = await a_campaign()
    earring = await a_product(campaign.title_id, cleared=False)
    mei, li = [(await a_pledge(campaign)).person_id for _ in range(2)]
    with pytest.raises(NotAsked):
        await wanting.want_it(earring.id, by=mei)
    await wanting.ask_backers(earring.id, by=gu.id)
    with pytest.raises(OnlyBackers):
        await wanting.want_it(earring.id, by=(await a_fan("Stranger")).id)
    counts = await asyncio.gather(*(wanting.want_it(earring.id, by=mei) for _ in range(5)))
    assert set(counts) == {1}
    assert await wanting.want_it(earring.id, by=li) == 2
    assert await wanting.want_it_no_more(earring.id, by=mei) == 1
    assert await wanting.want_it_no_more(earring.id, by=mei) == 1
    assert (await OnscreenProduct.get(id=earring.id)).wanted == 1
    await wanting.stop_asking(earring.id, by=gu.id)
    with pytest.raises(NotAsked):
        await wanting.want_it(earring.id, by=mei)
    assert await Sql("SELECT COUNT(*) FROM want_it").value() == 1


async def test_backers_of_another_film_are_not_asked(gu: Fan) -> None:
    campaign, other = await a_campaign(), await a_campaign(name="Sea Wall")
    earring = await a_product(campaign.title_id)
    await wanting.ask_backers(earring.id, by=gu.id)
    theirs = await a_pledge(other)
    with pytest.raises(OnlyBackers):
        await wanting.want_it(earring.id, by=theirs.person_id)
    await products.mark_licensed(earring.id, by=gu.id)
    with pytest.raises(NotAsked):
        await wanting.ask_backers(earring.id, by=gu.id)


# --- lists ---


async def test_a_table_is_kept_once_whole_or_not_at_all(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    text = (
        "scene,scene_name,product,kind,wearer,actor,start,end,alt,box\n"
        "S12,The gate,,,,,12:00,15:00,,\n"
        "S12,,Earring,jewellery,Lin,Zhao Wei,12:34.2,12:41,left ear,0 0.62 0.31 0.08 0.12\n"
        "S12,,Lamp,set,,,12:34.2,12:50,,\n"
    )
    sent = Sent(ListForm.TABLE, text)
    with pytest.raises(ListNotFit, match="outside the film"):
        await keep_list(title_id, Sent(ListForm.TABLE, f"{text},,Hat,,,,1:29:00,1:31:00,,\n"), by=gu.id)
    assert await Scene.filter(title_id=title_id).count() == 0
    first = await keep_list(title_id, sent, by=gu.id)
    assert (len(first.new_scenes), first.new_products, len(first.new_sightings)) == (1, ["Earring", "Lamp"], 2)
    second = await keep_list(title_id, sent, by=gu.id)
    assert not second.changes_something and second.same == 3
    earring = await OnscreenProduct.get(title_id=title_id, name="Earring")
    seen = await Appearance.get(product_id=earring.id)
    scene = await Scene.get(title_id=title_id)
    assert (earring.state, earring.kind, seen.scene_id, seen.box_list) == (
        "draft",
        "jewellery",
        scene.id,
        [list(LEFT_EAR)],
    )
    changed = text.replace("left ear", "right ear").replace("15:00", "16:00")
    third = await keep_list(title_id, Sent(ListForm.TABLE, changed), by=gu.id)
    assert (len(third.changed_scenes), len(third.changed_sightings), third.same) == (1, 1, 1)
    assert (await Appearance.get(id=seen.id)).alt == "right ear" and (await Scene.get()).end_ms == 960_000


async def test_two_who_keep_the_same_list_at_once(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    rows = "".join(f"Lamp {i},{i * 10},{i * 10 + 5}\n" for i in range(100))
    sent = Sent(ListForm.TABLE, f"product,start,end\n{rows}")
    first, second = await asyncio.gather(*(keep_list(title_id, sent, by=gu.id) for _ in range(2)))
    assert sorted((len(first.new_sightings), len(second.new_sightings))) == [0, 100]
    assert await Appearance.filter(title_id=title_id).count() == 100


async def test_a_list_of_another_cut_is_kept_in_times_of_the_master(gu: Fan) -> None:
    title_id = (await a_master()).title_id
    cut = await masters.keep_cut(title_id, "TV", [Offset(0, 60_000, 2_000)], by=gu.id)
    sent = Sent(ListForm.TABLE, "product,start,end\nLamp,12,22\n", cut_id=cut.id)
    await keep_list(title_id, sent, by=gu.id)
    assert [(one.start_ms, one.end_ms) for one in await Appearance.filter(title_id=title_id)] == [(10_000, 20_000)]
    with pytest.raises(NoSuchCut):
        await look_at(title_id, Sent(ListForm.TABLE, sent.text, cut_id=1))
