"""The bodies of the pledges room's API, in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, ChargeMinor, Currency, In, Out, PublicId, unchanged

PLEDGES_MAX = 10

Quantity = Annotated[int, Field(ge=1, le=100)]
Reason = Annotated[str, StringConstraints(min_length=5, max_length=500, pattern=LINES, strip_whitespace=True), READABLE]


class PledgeIn(In):
    """One pledge. tier left out: no reward. card left out: the newest saved card; without one the pledge is only started.

    if_it_fails: where her money goes when a transfer falls through and she says nothing then; charity: which one.
    """

    campaign: PublicId
    amount_minor: ChargeMinor
    currency: Currency
    tier: PublicId | None = None
    quantity: Quantity = 1
    card: PublicId | None = None
    anonymous: bool = False
    ref: Annotated[str, Field(max_length=64, pattern=r"^[ -~]*$")] = ""
    if_it_fails: Literal["", "refund", "fallback", "next", "charity"] = ""
    charity: PublicId | None = None


class PledgesIn(In):
    pledges: Annotated[list[PledgeIn], Field(min_length=1, max_length=PLEDGES_MAX)]


class AmendIn(In):
    """What is left out stays as it is. tier null: no reward."""

    amount_minor: ChargeMinor = unchanged()
    tier: PublicId | None = unchanged()
    quantity: Quantity = unchanged()
    anonymous: bool = unchanged()


class CardSetupIn(In):
    """keep: whether the card stays when the pledge has ended. consent_text: what the fan agreed to, word for word."""

    consent_text: Annotated[
        str, StringConstraints(min_length=1, max_length=2_000, pattern=LINES, strip_whitespace=True), READABLE
    ]
    keep: bool = False


class CardIn(In):
    """card: one of the saved ones."""

    card: PublicId


class AddressIn(In):
    """Where to send it, as it stands on a parcel."""

    recipient: Annotated[
        str,
        StringConstraints(min_length=1, max_length=120, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ]
    address: Annotated[
        str, StringConstraints(min_length=10, max_length=600, pattern=LINES, strip_whitespace=True), READABLE
    ]
    country: Annotated[
        str, StringConstraints(min_length=2, max_length=60, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
    ]


class DispatchIn(In):
    """tracking: the carrier's number, where there is one; the backer reads it."""

    tracking: Annotated[
        str, StringConstraints(max_length=120, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT
    ] = ""


class RefundIn(In):
    """amount_minor left out: all that is left. reason: the fan reads it."""

    amount_minor: ChargeMinor | None = None
    reason: Reason


class PaidAnotherWayIn(In):
    reason: Reason


class RefusedOut(Out):
    code: str
    detail: str
    status: int


class PledgeMadeOut(Out):
    """A pledge that was made, or why it was not."""

    id: str | None = None
    state: str | None = None
    campaign: str
    tier: str | None = None
    quantity: int
    amount_minor: int
    currency: str
    refused: RefusedOut | None = None


class PledgesOut(Out):
    pledges: list[PledgeMadeOut]


class TermsOut(Out):
    """What a fan agrees to with a pledge: to be shown before one is made for her."""

    text: str
    language: str


class DeliveryOut(Out):
    """What is sent to a backer. delivers_on: the promised month. address_by: until when the makers wait for an address."""

    state: str
    recipient: str
    address: str
    country: str
    tracking: str
    delivers_on: str
    is_late: bool
    address_by: str | None
    sent_at: str | None
    received_at: str | None


class PledgeOut(Out):
    """charged_on: when the card is charged, if the fund gets there. mend_by: until when another card or the bank can mend it."""

    id: str
    state: str
    campaign: str
    tier: str | None
    quantity: int
    amount_minor: int
    currency: str
    anonymous: bool
    card: str | None
    page_version: int
    made_at: str
    charged_on: str | None
    needs_card: bool
    needs_bank: bool
    mend_by: str | None
    delivery: DeliveryOut | None


class PageOut(Out):
    """A page of the processor or of a bank to send the fan to."""

    url: str


class ConfirmationOut(Out):
    """url: the bank's page, none where it wants nothing more; then the pledge says what came of it."""

    url: str | None
    pledge: PledgeOut


class CardOut(Out):
    """A saved card, as much of it as we know. keep: it stays when nothing needs it any more."""

    id: str
    brand: str
    last4: str
    expires_month: int
    expires_year: int
    keep: bool
    saved_at: str


class RefundOut(Out):
    id: str
    pledge: str
    amount_minor: int
    currency: str
    state: str
    reason: str
    made_at: str
    ended_at: str | None


class ReceiptOut(Out):
    """What was paid, for what, to whom, and what of it was given back."""

    pledge: str
    campaign: str
    campaign_name: str
    organisation: str
    tier: str
    quantity: int
    amount_minor: int
    currency: str
    card: str
    paid_at: str | None
    refunds: list[RefundOut]


class OwedOut(DeliveryOut):
    """A delivery as who sends it sees it."""

    pledge: str
    tier: str
    quantity: int
    backer: str


class DeliveriesOut(Out):
    """How far a fund's deliveries are. waits: while a bank decides. silent: asked sixty days ago or longer, without an answer."""

    state: str
    counts: dict[str, int]
    owed: int
    waits: int
    silent: int
    late_tiers: list[str]


class ChargeOut(Out):
    attempt: int
    state: str
    amount_minor: int
    refunded_minor: int
    decline_code: str
    made_at: str
    ended_at: str | None


class PledgeEventOut(Out):
    kind: str
    from_state: str
    to_state: str
    amount_minor: int
    because: str
    at: str


class StaffPledgeOut(PledgeOut):
    """A pledge as staff sees it, with its whole story."""

    fan: str
    fan_name: str
    fan_email: str
    charges: list[ChargeOut]
    refunds: list[RefundOut]
    history: list[PledgeEventOut]
