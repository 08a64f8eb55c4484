"""A licence as both desks, staff and its badge show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock
from crowdfund.merch.licences import queries
from crowdfund.merch.licences.forms import EXCLUSIVITY, REPORTS
from crowdfund.merch.licences.models import Exclusivity, Licence, LicenceState
from crowdfund.merch.licences.rules import Right, standing
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.shops.forms import lands_shown
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _

S = LicenceState


@dataclass(frozen=True, slots=True)
class LicenceShown:
    """state: at this moment. where: in words. may_sell: whether anything may be sold under it now."""

    licence: Licence
    right: Right
    state: LicenceState
    title: Title
    studio: Organisation
    shop: Organisation
    products: list[OnscreenProduct]
    where: str
    exclusivity: str
    reports: str
    sold_off_at: datetime

    @property
    def may_sell(self) -> bool:
        return self.state in (S.ACTIVE, S.SELL_OFF) and self.right.units_left != 0

    @property
    def answer_is_late(self) -> bool:
        return self.state == S.OFFERED and clock.now() >= self.licence.answer_by


async def shown(licence: Licence) -> LicenceShown:
    right = (await queries.rights_of([licence.id]))[licence.id]
    exclusivity = str(EXCLUSIVITY[Exclusivity(licence.exclusivity)])
    if licence.exclusivity == Exclusivity.CATEGORY:
        exclusivity = _("Nobody else makes anything of the category “%(category)s” of this film") % {
            "category": licence.category
        }
    return LicenceShown(
        licence, right, standing(right, clock.now()), await Title.get(id=licence.title_id),
        await Organisation.get(id=licence.licensor_id), await Organisation.get(id=licence.licensee_id),
        await queries.products_of(licence.id), lands_shown(right.countries), exclusivity, str(REPORTS[str(licence.report_months)]),
        right.sold_off_at,
    )  # fmt: skip
