"""What a club may send about a transfer, and under what it signs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from crowdfund import money
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.transfers.actions import Deal
from crowdfund.campaigns.transfers.models import Part, SubType, Surplus, Transfer
from crowdfund.campaigns.transfers.rules import window_at
from crowdfund.database.ids import public
from crowdfund.refusal import Refusal
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy

SUB_TYPES = [
    (
        SubType.NAMED_TARGET.value,
        lazy("For one player"),
        lazy("Nothing is paid before he is registered. If he does not come, each backer decides where her money goes."),
    ),
    (
        SubType.SQUAD_BUDGET.value,
        lazy("For the squad"),
        lazy("No player is named: the money goes to the club like that of any other fund."),
    ),
]
SURPLUSES = [
    (Surplus.REFUND.value, lazy("Back to all backers"), lazy("Each gets her share of it, to the cent.")),
    (Surplus.FALLBACK.value, lazy("To the academy or squad below"), ""),
    (Surplus.CLUB.value, lazy("To the club"), lazy("For the same purpose; say in your story what more of it does.")),
]
SURPLUS_WORDS = {
    Surplus.REFUND: lazy("What is collected beyond the goal goes back to all backers, each her share."),
    Surplus.FALLBACK: lazy("What is collected beyond the goal goes to the academy or squad below."),
    Surplus.CLUB: lazy("What is collected beyond the goal goes to the club, too."),
}
PARTS = {
    Part.TRANSFER_FEE: lazy("Fee to the selling club"), Part.TAX: lazy("Taxes"), Part.PLATFORM_FEE: lazy("Platform fee"),
    Part.COMMITTED: lazy("Committed by others"),
}  # fmt: skip


@cache
def zones() -> tuple[str, ...]:
    """Time zones that people live in, by name."""
    return tuple(
        sorted(
            zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
        )
    )


def _fallbacks(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"": None, **given["fallbacks"]}


def _part() -> Any:
    return fields.maybe(fields.money(max_minor=money.AMOUNT_MAX_MINOR))


class TransferForm(Form):
    """Read with the currency and the club's own recipients by public id."""

    sub_type = fields.choice({kind.value: None for kind in SubType})
    player = fields.text(max=80, min=0)
    selling_club = fields.text(max=80, min=0)
    competition = fields.text(max=120, min=0)
    buys = fields.text(max=600, min=0, lines=True)
    confirmed_by = fields.text(max=120, min=0)
    window_closes = fields.maybe(fields.instant())
    window_zone = fields.choice({zone: None for zone in (*zones(), "UTC")})
    transfer_fee = _part()
    tax = _part()
    platform_fee = _part()
    committed = _part()
    cap = _part()
    surplus = fields.choice({one.value: None for one in Surplus})
    fallback = fields.choice(_fallbacks)
    window_closes_at: datetime | None = None

    def check(self) -> None:
        if self.window_closes is None:
            return
        try:
            self.window_closes_at = window_at(self.window_closes.replace(tzinfo=None), self.window_zone)
        except Refusal as refusal:
            self.refused_by(refusal)

    @property
    def deal(self) -> Deal:
        stack = {part: minor for part in Part if (minor := self.values[part.value])}
        chosen = self.given["fallbacks"].get(self.fallback)
        return Deal(
            sub_type=SubType(self.sub_type), stack=stack, player=self.player, selling_club=self.selling_club,
            competition=self.competition, buys=self.buys, confirmed_by=self.confirmed_by,
            window_closes_at=self.window_closes_at, window_zone=self.window_zone, cap_minor=self.cap,
            surplus=Surplus(self.surplus), fallback_id=chosen.id if chosen else None,
        )  # fmt: skip


class SignForm(Form):
    name = fields.text(max=120)
    document = fields.document()
    sure = fields.must_tick("Tick the box: this is the club's word.")

    def check(self) -> None:
        if self.document is None:
            self.refuse("document", _("Choose the signed paper."))


def transfer_typed(campaign: Campaign, transfer: Transfer | None, stack: Mapping[str, int]) -> dict[str, Any]:
    """A transfer as its form shows it, its window by the clock of its own zone."""
    typed: dict[str, Any] = {
        part.value: money.plain(stack[part], campaign.currency) if stack.get(part) else "" for part in Part
    }
    typed["cap"] = money.plain(campaign.cap_minor, campaign.currency) if campaign.cap_minor else ""
    typed["fallback"] = public(campaign.fallback_id) if campaign.fallback_id else ""
    if transfer is None:
        return typed | {
            "sub_type": SubType.NAMED_TARGET.value,
            "window_zone": "Europe/Berlin",
            "surplus": Surplus.REFUND.value,
        }
    closes = transfer.window_closes_at
    local = f"{closes.astimezone(ZoneInfo(transfer.window_zone)):%Y-%m-%dT%H:%M}" if closes else ""
    names = ("sub_type", "player", "selling_club", "competition", "buys", "confirmed_by", "window_zone", "surplus")
    return typed | {name: getattr(transfer, name) for name in names} | {"window_closes": local}
