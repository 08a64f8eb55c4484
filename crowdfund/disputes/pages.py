"""Answering a bank: what was promised, when she agreed, what was sent, in the producer's words."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign, Tier
from crowdfund.database.ids import private
from crowdfund.disputes.actions import answer_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.payments.models import CardSetup, Charge
from crowdfund.pledges.models import Delivery, Pledge
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.formats import moment_text, money
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member, post


class EvidenceForm(Form):
    evidence = fields.text(max=20_000, min=50, lines=True)


async def _found(request: Request) -> tuple[Dispute, Campaign]:
    dispute = await Dispute.get_or_none(id=private(request.path_params["dispute"]))
    campaign = await Campaign.get_or_none(id=dispute.campaign_id) if dispute else None
    if dispute is None or campaign is None or campaign.organisation_id != request.state.organisation.id:
        raise NotFound("There is no such dispute.")
    return dispute, campaign


async def show(request: Request) -> Response:
    dispute, campaign = await _found(request)
    form = EvidenceForm()
    form.typed["evidence"] = await drafted_evidence(dispute, campaign)
    return _page(request, dispute, campaign, form)


def _page(request: Request, dispute: Dispute, campaign: Campaign, form: EvidenceForm, status: int = 200) -> Response:
    return page(
        request, "disputes/show.html", status, dispute=dispute, campaign=campaign, form=form,
        organisation=request.state.organisation, action=request.url.path.removesuffix("/answer") + "/answer",
    )  # fmt: skip


async def drafted_evidence(dispute: Dispute, campaign: Campaign) -> str:
    """What our own records say for the charge; the producer adds to it."""
    pledge = await Pledge.get(id=dispute.pledge_id)
    charge = await Charge.get(id=dispute.charge_id)
    tier = await Tier.get_or_none(id=pledge.tier_id) if pledge.tier_id else None
    consent = await CardSetup.filter(subject=f"pledge:{pledge.id}", card_id=charge.card_id).first()
    delivery = await Delivery.get_or_none(pledge_id=pledge.id)
    lines = [
        _("The fan pledged %(amount)s to the fund “%(fund)s” on %(when)s.")
        % {
            "amount": money(pledge.amount_minor, pledge.currency),
            "fund": campaign.name,
            "when": moment_text(pledge.made_at),
        },
        _("What was promised: %(what)s.") % {"what": f"{tier.name}. {tier.description}" if tier else _("no reward")},
    ]
    if consent is not None:
        agreed = {"when": moment_text(consent.made_at), "text": consent.consent_text}
        lines.append(_("She agreed on %(when)s: %(text)s") % agreed)
    if charge.ended_at is not None:
        lines.append(
            _("The card was charged on %(when)s, after the fund had succeeded.")
            % {"when": moment_text(charge.ended_at)}
        )
    if delivery is not None and delivery.sent_at is not None:
        lines.append(
            _("It was sent on %(when)s (%(tracking)s).")
            % {"when": moment_text(delivery.sent_at), "tracking": delivery.tracking}
        )
    return "\n".join(lines)


async def answer(request: Request) -> Response:
    dispute, campaign = await _found(request)
    form = await EvidenceForm.read(request)
    if form.errors:
        return _page(request, dispute, campaign, form, 422)
    try:
        await answer_dispute(dispute.id, evidence=form.evidence, by_person_id=request.state.person.id)
    except Refusal as refusal:
        return _page(request, dispute, campaign, form.refused_by(refusal), refusal.status_code)
    return redirect(request, request.url.path.removesuffix("/answer"), ("good", _("Your answer is with the bank.")))


routes = [
    get("/desk/{organisation}/disputes/{dispute}", show, may=member("viewer")),
    post("/desk/{organisation}/disputes/{dispute}/answer", answer, may=member("manager")),
]
