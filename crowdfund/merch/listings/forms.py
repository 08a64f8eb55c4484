"""What sellers, buyers and those who decide may send about listings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from crowdfund.database.ids import private_or_none, public
from crowdfund.merch.listings.contents import (
    ABOUT_MAX,
    ALT_MAX,
    NAME_MAX,
    ON_HAND_MAX,
    REASON_MAX,
    REASON_MIN,
    SHIPS_MAX_DAYS,
    SKU_MAX,
    VARIANT_NAME_MAX,
    VARIANTS_MAX,
    ZONE_NAME_MAX,
    VariantWritten,
    Written,
    ZoneWritten,
)
from crowdfund.merch.listings.models import Listing, Match, ShippingZone, Variant
from crowdfund.merch.listings.rules import EVERYWHERE
from crowdfund.merch.watching.pages.shown import MATCHES
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.formats import plain_money
from crowdfund.web.i18n import _
from crowdfund.web.rate_limit import Limit
from crowdfund.web.region import countries

LISTINGS = Limit("make_listing", 60, 3600, by="person")
REPORTS = Limit("report_listing", 20, 3600, by="person", shared=True)

EUROPEAN_UNION = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
    "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
ROWS_MORE = 3  # empty rows under those that are there
_PARTS = re.compile(r"[,;、，\n]+")


class ListingForm(Form):
    """What a listing says. licence: a public id, of a licensed replica. Read with `licences=`: words by id."""

    name = fields.text(max=NAME_MAX)
    about = fields.text(max=ABOUT_MAX, min=0, lines=True)
    match = fields.choice(MATCHES)
    licence = fields.maybe(fields.choice(lambda given: given["licences"]))
    discount = fields.maybe(fields.whole(max=90))
    ships_within_days = fields.whole(min=1, max=SHIPS_MAX_DAYS)
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        if self.match == Match.LICENSED_REPLICA and not self.licence:
            self.refuse("licence", _("A licensed replica needs a licence. Choose yours, or another label."))

    @property
    def written(self) -> Written:
        """A licence that was chosen beside another label is not meant."""
        is_replica = self.match == Match.LICENSED_REPLICA
        return Written(
            name=self.name, about=self.about, match=Match(self.match),
            licence_id=private_or_none(self.licence or "") if is_replica else None,
            discount_bps=(self.discount or 0) * 100, ships_within_days=self.ships_within_days,
        )  # fmt: skip


class NewListingForm(ListingForm):
    product = fields.text(max=13)
    currency = fields.choice(lambda given: given["currencies"])


def listing_typed(listing: Listing) -> dict[str, Any]:
    return {
        "name": listing.name, "about": listing.about, "match": listing.match,
        "licence": public(listing.licence_id) if listing.licence_id else "",
        "discount": str(listing.discount_bps // 100 or ""), "ships_within_days": str(listing.ships_within_days),
    }  # fmt: skip


# --- rows of variants ---


class _Variants(Field[Any]):
    """Reads `variant_1_id`, `variant_1_name`, `_sku`, `_price` and, where it is new, `_stock`; an empty row is none."""

    def __init__(self) -> None:
        super().__init__(lambda typed, form: None)
        self._cells: dict[str, Field[Any]] = {
            "id": fields.text(max=13, min=0), "name": fields.text(max=VARIANT_NAME_MAX, min=0),
            "sku": fields.text(max=SKU_MAX, min=0), "price": fields.maybe(fields.money()),
            "stock": fields.maybe(fields.whole(max=ON_HAND_MAX)),
        }  # fmt: skip

    async def take(self, name: str, sent: FormData, form: Form) -> tuple[VariantWritten, ...]:
        found: list[VariantWritten] = []
        for i in range(1, VARIANTS_MAX + ROWS_MORE + 1):
            if f"variant_{i}_price" not in sent:
                continue
            row = {
                cell: await self._cell(f"variant_{i}_{cell}", field, sent, form) for cell, field in self._cells.items()
            }
            if not (row["name"] or row["sku"] or row["price"] is not None or row["stock"]):
                continue  # an empty row: of one that was there, it is withdrawn
            if row["price"] is None:
                form.errors.setdefault(f"variant_{i}_price", _("Say what it costs."))
                continue
            found.append(
                VariantWritten(
                    private_or_none(row["id"] or ""),
                    row["name"] or "",
                    row["sku"] or "",
                    row["price"],
                    row["stock"] or 0,
                )
            )
        if not found and not form.errors and form.given.get("needs_one"):
            raise Wrong(_("Say what it costs."))
        return tuple(found)

    @staticmethod
    async def _cell(name: str, field: Field[Any], sent: FormData, form: Form) -> Any:
        try:
            return await field.take(name, sent, form)
        except Wrong as wrong:
            form.errors[name] = wrong.sentence
            return None


class VariantsForm(Form):
    """Read with `currency=`."""

    variants = _Variants()


def variants_typed(variants: Sequence[Variant], currency: str) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for i, one in enumerate(variants, 1):
        typed |= {
            f"variant_{i}_id": public(one.id), f"variant_{i}_name": one.name, f"variant_{i}_sku": one.sku,
            f"variant_{i}_price": plain_money(one.price_minor, currency),
        }  # fmt: skip
    return typed


class _Counts(Field[Any]):
    """Reads `count_<variant>` beside `was_<variant>`: the difference is what was meant, whatever was sold meanwhile."""

    def __init__(self) -> None:
        super().__init__(lambda typed, form: None)
        self._whole = fields.whole(max=ON_HAND_MAX)

    async def take(self, name: str, sent: FormData, form: Form) -> dict[int, int]:
        found: dict[int, int] = {}
        for variant_id in form.given["variant_ids"]:
            shown = public(variant_id)
            if f"count_{shown}" not in sent:
                continue
            try:
                was = await self._whole.take(f"was_{shown}", sent, form)
                found[variant_id] = await self._whole.take(f"count_{shown}", sent, form) - was
            except Wrong as wrong:
                form.errors[f"count_{shown}"] = wrong.sentence
        return found


class StockForm(Form):
    """Read with `variant_ids=`: those that are shown."""

    counts = _Counts()


# --- pictures, zones, reasons ---


class PictureForm(Form):
    image = fields.image()
    image_alt = fields.text(max=ALT_MAX, min=0)
    image_kept = fields.text(max=13, min=0)


class AltForm(Form):
    alt = fields.text(max=ALT_MAX)


def _codes() -> Field[tuple[str, ...]]:
    """Countries by their letters or their names; `EU` for all of the European Union."""

    def understand(typed: str, form: Form) -> tuple[str, ...]:
        by_name = {name.casefold(): code for code, name in countries().items()}
        found: list[str] = []
        for part in (part.strip() for part in _PARTS.split(typed)):
            words = part.split()
            for one in words if len(words) > 1 and all(len(word) == 2 for word in words) else [part]:
                found += _country(one, by_name)
        return tuple(dict.fromkeys(found))

    return Field(understand)


def _country(text: str, by_name: Mapping[str, str]) -> tuple[str, ...]:
    if not text:
        return ()
    if text.upper() == "EU":
        return EUROPEAN_UNION
    code = text.upper() if text.upper() in countries() else by_name.get(text.casefold())
    if code is None:
        raise Wrong(
            _("%(country)s is no country that we know: write its two letters, or its name.") % {"country": text[:40]}
        )
    return (code,)


class ZoneForm(Form):
    """Read with `currency=` as it was chosen, and `currencies=`."""

    name = fields.text(max=ZONE_NAME_MAX)
    elsewhere = fields.checkbox()
    countries = _codes()
    currency = fields.choice(lambda given: given["currencies"])
    first = fields.money(min_minor=0)
    more = fields.money(min_minor=0)
    days_min = fields.whole(max=120)
    days_max = fields.whole(max=120)
    key = fields.text(max=64, min=0)

    def check(self) -> None:
        if not self.elsewhere and not self.countries:
            self.refuse("countries", _("Name the countries it is for, or choose all others."))

    @property
    def written(self) -> ZoneWritten:
        return ZoneWritten(
            name=self.name, countries=(EVERYWHERE,) if self.elsewhere else self.countries, currency=self.currency,
            first_minor=self.first, more_minor=self.more, days_min=self.days_min, days_max=self.days_max,
        )  # fmt: skip


def zone_typed(zone: ShippingZone) -> dict[str, Any]:
    return {
        "name": zone.name, "elsewhere": "yes" if zone.countries == EVERYWHERE else "",
        "countries": "" if zone.countries == EVERYWHERE else ", ".join(zone.countries.split()), "currency": zone.currency,
        "first": plain_money(zone.first_minor, zone.currency), "more": plain_money(zone.more_minor, zone.currency),
        "days_min": str(zone.days_min), "days_max": str(zone.days_max),
    }  # fmt: skip


class DoubtForm(Form):
    words = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)


class ReasonForm(Form):
    reason = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)


class AnswerForm(Form):
    answer = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)
    decision = fields.choice({"stop": "", "fine": ""})
