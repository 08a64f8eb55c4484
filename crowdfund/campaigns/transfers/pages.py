"""The desk page of a transfer: what it is, what it costs, and the club's signature under it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import EDITABLE, Campaign, Kind
from crowdfund.campaigns.pages.own import DESK, base_of, desk_page, own_campaign
from crowdfund.campaigns.recipients import queries as recipients
from crowdfund.campaigns.recipients.models import OF_A_CLUB, Recipient, RecipientState
from crowdfund.campaigns.transfers import actions
from crowdfund.campaigns.transfers.forms import (
    PARTS,
    SUB_TYPES,
    SURPLUSES,
    SignForm,
    TransferForm,
    transfer_typed,
    zones,
)
from crowdfund.campaigns.transfers.models import Part, Transfer
from crowdfund.campaigns.transfers.rules import CLOSES_BEFORE_WINDOW, SOLIDARITY_BPS, signed_facts
from crowdfund.database.ids import public
from crowdfund.people.models import Document
from crowdfund.people.pages.papers import take_document
from crowdfund.refusal import NotFound
from crowdfund.web import documents
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def own_transfer(request: Request) -> Campaign:
    campaign = await own_campaign(request)
    if campaign.kind != Kind.TRANSFER:
        raise NotFound("This is no transfer fund.")
    return campaign


async def show(request: Request) -> Response:
    campaign = await own_transfer(request)
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    form = TransferForm(
        transfer_typed(campaign, transfer, await actions.stack_of(campaign.id)), currency=campaign.currency
    )
    return await _page(request, campaign, form, SignForm())


async def fallbacks_of(campaign: Campaign) -> dict[str, Recipient]:
    """The club's own academies and squads that are offered, by public id; the one that was chosen stays among them."""
    return {
        public(one.id): one
        for one in await recipients.of_organisation(campaign.organisation_id)
        if one.kind in OF_A_CLUB and (one.state == RecipientState.OFFERED or one.id == campaign.fallback_id)
    }


async def _page(
    request: Request, campaign: Campaign, form: TransferForm, sign_form: SignForm, status: int = 200
) -> Response:
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    stack = await actions.stack_of(campaign.id)
    fallbacks = await fallbacks_of(campaign)
    signed = bool(transfer and transfer.signed_at and transfer.signed_hash == signed_facts(campaign, transfer, stack))
    return desk_page(
        request, "campaigns/transfer.html", campaign, status, form=form, sign_form=sign_form, transfer=transfer, stack=stack,
        parts=PARTS, fallbacks=[("", _("Choose one"))] + [(key, one.name) for key, one in fallbacks.items()],
        fallback=next((one for one in fallbacks.values() if one.id == campaign.fallback_id), None),
        zones=[(zone, zone.replace("_", " ")) for zone in (*zones(), "UTC")], sub_types=SUB_TYPES, surpluses=SURPLUSES,
        is_signed=signed, was_signed=bool(transfer and transfer.signed_at), can_change=campaign.state in EDITABLE,
        days_before=CLOSES_BEFORE_WINDOW.days, solidarity_minor=stack.get(Part.TRANSFER_FEE, 0) * SOLIDARITY_BPS // 10_000,
    )  # fmt: skip


async def save(request: Request) -> Response:
    campaign = await own_transfer(request)
    form = await TransferForm.read(request, currency=campaign.currency, fallbacks=await fallbacks_of(campaign))
    if not form.errors:
        with form.showing_refusals():
            await actions.describe(campaign.id, form.deal, by=request.state.person.id)
            return redirect(request, f"{base_of(request)}/transfer", ("good", _("Saved.")))
    return await _page(request, campaign, form, SignForm(), 422)


async def sign(request: Request) -> Response:
    """The owner signs for the club: the name of who may sign, and the paper itself."""
    campaign = await own_transfer(request)
    form = await SignForm.read(request)
    if not form.errors and form.document is not None:
        with form.showing_refusals():
            document_id = await take_document(form.document, by=request.state.person.id)
            await actions.sign(campaign.id, name=form.name, document_id=document_id, by=request.state.person.id)
            return redirect(
                request, f"{base_of(request)}/transfer", ("good", _("Signed. Fans will read what you signed."))
            )
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    typed = transfer_typed(campaign, transfer, await actions.stack_of(campaign.id))
    return await _page(request, campaign, TransferForm(typed, currency=campaign.currency), form, 422)


async def acceptance(request: Request) -> Response:
    """The signed paper, for those who work for the club."""
    campaign = await own_transfer(request)
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    if transfer is None or transfer.signed_document_id is None:
        raise NotFound("Nothing was signed yet.")
    document = await Document.get(id=transfer.signed_document_id)
    return documents.send(document.id, document.name, document.media_type)


routes = [
    get(f"{DESK}/transfer", show, may=member("viewer")),
    post(f"{DESK}/transfer", save, may=member("manager")),
    get(f"{DESK}/transfer/acceptance", acceptance, may=member("viewer")),
    post(f"{DESK}/transfer/acceptance", sign, may=member("owner"), body_max=UPLOAD_MAX),
]
