"""A worker that dies half-way through telling a thousand people goes on where it was: nobody is told twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crowdfund import letters
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import Sql, atomic, outbox
from crowdfund.letters import crowds
from crowdfund.people.models import Mail
from crowdfund.pledges.models import Pledge, PledgeState
from tests.bank import close_now, pledges_with
from tests.world import Fan, a_campaign, a_fan, a_fan_with_card, a_studio, pledged

pytestmark = pytest.mark.usefixtures("database")
_PAYLOAD = Sql("SELECT id, payload FROM job WHERE kind = $1")


async def work_off() -> None:
    while await outbox.work_off(letters.JOBS):
        pass


async def test_an_update_to_many_is_told_once_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "PAGE", 4)
    owner: Fan = await a_fan("Lin")
    campaign = await a_campaign(studio_id=await a_studio(owner=owner))
    for _ in range(10):
        await pledged(await a_fan_with_card(), campaign)
    await work_off()
    before = await Mail.all().count()
    await publish_update(campaign.id, title="Half way", body="We are there.", by=owner.id)
    (job,) = await _PAYLOAD("update_published")

    pages, ask = 0, crowds.ask_for_mails

    async def dies_after_two_pages(*args: Any, **more: Any) -> None:
        nonlocal pages
        pages += 1
        if pages == 3:
            raise ConnectionResetError("the worker was killed")
        await ask(*args, **more)

    monkeypatch.setattr(crowds, "ask_for_mails", dies_after_two_pages)
    payload = {"id": job["id"], **json.loads(job["payload"])}
    with pytest.raises(ConnectionResetError):
        await letters.JOBS["update_published"](payload)
    monkeypatch.setattr(crowds, "ask_for_mails", ask)
    await work_off()
    assert await Mail.all().count() - before == 10


async def test_a_card_that_was_mended_before_the_mail_went_out_is_not_complained_about() -> None:
    """Mail was down while the bank refused her card and then took it: she reads that she has paid, and nothing else."""
    campaign = await a_campaign(goal_minor=25_00)
    (pledge,) = await pledges_with(campaign, "saved_insufficient_funds")
    await close_now(campaign)
    assert (await Pledge.get(id=pledge.id)).state == "errored"
    before = await Mail.all().count()
    await atomic(Pledge.filter(id=pledge.id).update)(state=PledgeState.COLLECTED.value)
    await letters.JOBS["pledge_errored"]({"id": 1, "pledge": pledge.id})
    assert await Mail.all().count() == before
    await atomic(Pledge.filter(id=pledge.id).update)(state=PledgeState.ERRORED.value)
    await letters.JOBS["pledge_errored"]({"id": 2, "pledge": pledge.id})
    assert await Mail.all().count() == before + 1
