"""Saving a form that somebody else may have saved meanwhile: theirs and hers are put together, or both are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from crowdfund.campaigns import actions
from crowdfund.campaigns.actions import WrittenMeanwhile
from crowdfund.campaigns.merging import Merged, merge, stamp_of
from crowdfund.campaigns.models import Campaign, CampaignPage
from crowdfund.people.models import Person
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy

F = TypeVar("F", bound=Form)
Shown = Callable[[Campaign, CampaignPage], Awaitable[dict[str, Any]]]
Save = Callable[[F, CampaignPage], Awaitable[None]]
TRIES = 3
LABELS = {
    "name": lazy("Name"), "tagline": lazy("In one line"), "story": lazy("Story"), "risks": lazy("What could go wrong"),
    "budget": lazy("What the money is for"), "rule": lazy("Rule"), "threshold": lazy("Share of the goal"),
    "giving": lazy("Fans give"), "share_price": lazy("What a share costs"), "shares_max": lazy("How many one fan can have"),
    "opens_at": lazy("Opens by itself"), "closes_at": lazy("Closes"),
}  # fmt: skip


class Together(Generic[F]):
    """One try at saving. form: as it stands after it; conflicts: what others saved where both wrote, as label and text.

    by: who wrote last. taken: whether something of hers or his is in what was saved.
    """

    def __init__(self, form: F) -> None:
        self.form = form
        self.conflicts: list[tuple[str, str]] = []
        self.by = ""
        self.taken = False

    async def save(self, campaign_id: int, shown: Shown, save: Save[F], **given: Any) -> None:
        """shown: what a page says, as the form shows it. save: the verb. given: as the form was read with.

        Nothing is saved where the form has errors or conflicts afterwards. Raises what the verb raises.
        """
        for _try in range(TRIES):
            campaign = await Campaign.get(id=campaign_id)
            written = await actions.page_of(campaign)
            saved = await shown(campaign, written)
            await self._take(
                merge(str(self.form.typed.get("stamp", "")), saved, self.form.typed), saved, written, given
            )
            if self.conflicts or self.form.errors:
                return
            try:
                return await save(self.form, written)
            except WrittenMeanwhile:
                continue
        raise WrittenMeanwhile(actions.WRITTEN_MEANWHILE)

    async def _take(
        self, both: Merged, saved: Mapping[str, Any], written: CampaignPage, given: Mapping[str, Any]
    ) -> None:
        if not both.taken and not both.conflicts:
            return
        writer = await Person.get_or_none(id=written.by_person_id) if written.by_person_id else None
        self.by = writer.name if writer else _("Somebody")
        self.taken |= bool(both.taken)
        # From here on she has seen what the other wrote: saved again, hers stands.
        self.form = await type(self.form).understood({**both.typed, "stamp": stamp_of(saved)}, **given)
        self.conflicts = [(str(LABELS[field]), text) for field, text in both.conflicts.items()]
