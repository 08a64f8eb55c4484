"""The bodies of the API of goods, in and out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from crowdfund.web.api import AmountMinor, Currency, In, Out, PublicId

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
AddressLine = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Quantity = Annotated[int, Field(ge=1, le=99)]


class WishIn(In):
    """price_minor: for one, after its discount, as it was shown. appearance, moment_ms: where in the film it was seen."""

    variant: PublicId
    quantity: Quantity
    price_minor: AmountMinor
    appearance: PublicId | None = None
    moment_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None


class QuoteIn(In):
    """What it would all cost, sent to a country."""

    currency: Currency
    country: Country
    lines: Annotated[list[WishIn], Field(min_length=1, max_length=50)]


class PurchaseIn(QuoteIn):
    """total_minor: what a quote came to; where it is something else by now, nothing is reserved."""

    name: Words
    address: Annotated[list[AddressLine], Field(min_length=1, max_length=6)]
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    total_minor: AmountMinor


class QuotedOrder(Out):
    """One seller's part. ship_by: when it leaves at the latest."""

    organisation: str
    seller: str
    items_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    ship_by: str
    days_min: int
    days_max: int


class QuoteOut(Out):
    currency: str
    country: str
    total_minor: int
    orders: list[QuotedOrder]


class PurchaseLineOut(Out):
    id: str
    listing: str
    variant: str
    name: str
    variant_name: str
    match: str
    quantity: int
    net_minor: int
    tax_minor: int
    shipped: int
    returned: int


class PurchaseOrderOut(QuotedOrder):
    """fulfilment: unfulfilled, partially_fulfilled, fulfilled, partially_returned, returned."""

    id: str
    state: str
    fulfilment: str
    lines: list[PurchaseLineOut]


class PurchasePlaced(Out):
    """reserved_until: by when it has to be paid, on the page that `payment` gives."""

    id: str
    state: str
    currency: str
    total_minor: int
    reserved_until: str


class PurchaseOut(PurchasePlaced):
    """status: of its orders together: one of theirs, or mixed."""

    status: str
    country: str
    name: str
    address: list[str]
    made_at: str
    paid_at: str | None
    orders: list[PurchaseOrderOut]


class PurchasesListed(Out):
    items: list[PurchaseOut]
    next: str | None


class PayAt(Out):
    """Where the fan pays: the processor's page."""

    url: str
