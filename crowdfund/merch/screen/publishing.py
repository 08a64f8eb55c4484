"""Publishing what is on screen: each time a new revision, named by what is in it; the newest is what people see."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.merch.screen.cues import Change, CueDocument, changes_between, fingerprint_of, text_of
from crowdfund.merch.screen.lint import Finding, Weight, lint
from crowdfund.merch.screen.models import CLEARED, CueRevision
from crowdfund.merch.screen.queries import draft_document, lock_master, newest_document, products_of
from crowdfund.merch.screen.rules import NotCleared
from crowdfund.people.audit import record
from crowdfund.refusal import Refusal


class NothingNew(Refusal):
    pass


class NotFitToPublish(Refusal):
    """Something has to be mended first; the sentence is the first finding's."""


async def findings_of(title_id: int) -> list[Finding]:
    """What is wrong with what is written down now. Raises NoSuchMaster."""
    cleared = {one.id: one.state in CLEARED for one in await products_of(title_id)}
    return lint(await draft_document(title_id), cleared)


async def changes_of(title_id: int) -> list[Change]:
    """What publishing now would change for viewers: what is not cleared is no part of it."""
    return changes_between(await newest_document(title_id), await draft_document(title_id, cleared_only=True))


@atomic
async def publish_cues_once(title_id: int, *, leaving_out: bool, by: int, key: str) -> CueRevision:
    """A new revision, or the one that this key made. Raises as `publish_cues` does."""

    async def make() -> int:
        return (await publish_cues(title_id, leaving_out=leaving_out, by=by)).id

    return await CueRevision.get(id=await once(by, f"cues:{key}", [title_id, leaving_out], make))


@atomic
async def publish_cues(title_id: int, *, leaving_out: bool, by: int) -> CueRevision:
    """A new revision of what is written down now. leaving_out: without what is not cleared, which is refused otherwise.

    Raises NoSuchMaster, NotCleared, NotFitToPublish, NothingNew.
    """
    await lock_master(title_id)
    found = await findings_of(title_id)
    stops = [one for one in found if one.weight == Weight.STOPS]
    if stops:
        raise NotFitToPublish(stops[0].words)
    uncleared = [one for one in found if one.weight == Weight.LEAVES_OUT]
    if uncleared and not leaving_out:
        raise NotCleared(
            "Not cleared: {product}, and {num} more. Clear them, or publish without them.",
            one="Not cleared: {product}, and one more. Clear them, or publish without them.",
            product=uncleared[0].words.values["product"], num=len(uncleared) - 1,
        ) if len(uncleared) > 1 else NotCleared(
            "Not cleared: {product}. Clear it, or publish without it.", product=uncleared[0].words.values["product"]
        )  # fmt: skip
    return await _publish(title_id, await draft_document(title_id, cleared_only=True), by=by)


async def _publish(title_id: int, document: CueDocument, *, by: int) -> CueRevision:
    text = text_of(document)
    fingerprint = fingerprint_of(text)
    newest = await CueRevision.filter(title_id=title_id).order_by("-number").first()
    if newest is not None and newest.sha256 == fingerprint:
        raise NothingNew("Nothing has changed since revision {number}.", number=newest.number)
    number = newest.number + 1 if newest is not None else 1
    made = await CueRevision.create(
        id=new_id(),
        title_id=title_id,
        number=number,
        sha256=fingerprint,
        document=text,
        by_person_id=by,
        published_at=clock.now(),
    )
    after = {"number": number, "sha256": fingerprint, "cues": len(document.cues)}
    await record("cues_published", f"title:{title_id}", by=by, after=after)
    return made
