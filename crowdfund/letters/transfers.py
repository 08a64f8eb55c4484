"""About a transfer: to its backers when something happened or is theirs to decide, to its club when it has to act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.campaigns.transfers.models import Transfer
from crowdfund.database import Sql
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import tell_many
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import desk_path, tell_team
from crowdfund.people.models import Person
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.transfers.models import (
    Election,
    ElectionState,
    Objection,
    Outcome,
    OutcomeEvent,
    OutcomeKind,
    OutcomeState,
)
from crowdfund.pledges.transfers.pages.words import BY_SILENCE, OUTCOMES, by_whom
from crowdfund.web.formats import moment_text, money
from crowdfund.web.i18n import _

PAID_OR_DISPUTED = Sql("""
    SELECT person_id, id AS place FROM pledge
    WHERE campaign_id = $1 AND state IN ('collected', 'disputed') AND id > $2 ORDER BY id LIMIT $3""")
GAVE = Sql("""
    SELECT person_id, pledge_id AS place FROM election
    WHERE campaign_id = $1 AND recipient_id = $2 AND state = 'given' AND pledge_id > $3 ORDER BY pledge_id LIMIT $4""")
_ASKED = Sql("""
    SELECT person_id, pledge_id AS place FROM election
    WHERE campaign_id = $1 AND state = 'asked' AND pledge_id > $2 ORDER BY pledge_id LIMIT $3""")


async def _held(payload: dict[str, Any]) -> None:
    """The fund has what it needs: its backers and the club hear what happens now."""
    campaign = await Campaign.get(id=payload["campaign"])
    transfer = await Transfer.get(campaign_id=campaign.id)

    def write() -> Letter:
        facts = {"fund": campaign.name, "collected": money(campaign.collected_minor, campaign.currency)}
        closes = moment_text(transfer.window_closes_at) if transfer.window_closes_at else ""
        return Letter(
            _("%(fund)s has what it needs") % facts,
            [
                _("%(collected)s was collected. We keep it until the player is registered; nobody is paid before that.")
                % facts,
                _(
                    "The registration window closes on %(when)s. If there is no deal by then, you decide where your money goes."
                )
                % {"when": closes},
            ],
            _("Go to the fund"),
            campaign.path,
        )

    await tell_many(payload, campaign, write, readers=(PAID_OR_DISPUTED,))


async def _deal_agreed(payload: dict[str, Any]) -> None:
    campaign = await Campaign.get(id=payload["campaign"])
    transfer = await Transfer.get(campaign_id=campaign.id)

    def write() -> Letter:
        return Letter(
            _("The clubs agree: %(fund)s") % {"fund": campaign.name},
            [
                transfer.agreed_words,
                _("The deal is agreed. Until the player is registered the money stays where it is."),
                _("If it falls through after all, as when a medical fails, you decide where yours goes."),
            ],
            _("Go to the fund"),
            campaign.path,
        )

    await tell_many(payload, campaign, write, readers=(PAID_OR_DISPUTED,))


async def _outcome_filed(payload: dict[str, Any]) -> None:
    """Backers hear how it is said to have ended, and until when they can say that it was not so."""
    outcome = await Outcome.get(id=payload["outcome"])
    campaign = await Campaign.get(id=outcome.campaign_id)
    if outcome.state == OutcomeState.WITHDRAWN:
        return
    signed = outcome.kind == OutcomeKind.SIGNED

    def write() -> Letter:
        next_ = (
            _("If nobody objects, the money goes to the club once two of us have seen the registration.")
            if signed
            else _("If nobody objects, you will be asked where your money goes. Refunds are complete, fees included.")
        )
        return Letter(
            f"{campaign.name}: {OUTCOMES[OutcomeKind(outcome.kind)]}",
            [
                outcome.words,
                _("If you know that it was not so, object by %(when)s.")
                % {"when": moment_text(outcome.objections_until)},
                next_,
            ],
            _("See the evidence"),
            campaign.path,
        )

    await tell_many(payload, campaign, write, readers=(PAID_OR_DISPUTED,))


async def _outcome_withdrawn(payload: dict[str, Any]) -> None:
    outcome = await Outcome.get(id=payload["outcome"])
    campaign = await Campaign.get(id=outcome.campaign_id)
    event = await OutcomeEvent.filter(outcome_id=outcome.id, to_state=OutcomeState.WITHDRAWN).first()

    def write() -> Letter:
        return Letter(
            _("%(fund)s: it was not so") % {"fund": campaign.name},
            [
                _(
                    "We looked into how it was said to have ended, and have withdrawn that. The money waits for a deal again."
                ),
                event.because if event else "",
            ],
            _("Go to the fund"),
            campaign.path,
        )

    await tell_many(payload, campaign, write, readers=(PAID_OR_DISPUTED,))


async def _objection_made(payload: dict[str, Any]) -> None:
    objection = await Objection.get(id=payload["objection"])
    outcome = await Outcome.get(id=objection.outcome_id)
    campaign = await Campaign.get(id=outcome.campaign_id)
    path = await desk_path(campaign)

    def write() -> Letter:
        return Letter(
            _("A backer of %(fund)s objects") % {"fund": campaign.name},
            [objection.text, _("We look into it before anything moves. If you have more to show, send it to us.")],
            _("Go to it"),
            path,
        )

    await tell_team(payload, campaign, write)


async def _objection_answered(payload: dict[str, Any]) -> None:
    objection = await Objection.get(id=payload["objection"])
    outcome = await Outcome.get(id=objection.outcome_id)
    campaign = await Campaign.get(id=outcome.campaign_id)

    def write() -> Letter:
        title = _("Your objection to the outcome of %(fund)s") % {"fund": campaign.name}
        return Letter(title, [objection.answer], _("Go to the fund"), campaign.path)

    await send(payload, await Person.get(id=objection.person_id), write)


# --- each backer's own choice ---


async def _election_opened(payload: dict[str, Any]) -> None:
    pledge = await Pledge.get(id=payload["pledge"])
    write = await _asking(pledge, await Campaign.get(id=pledge.campaign_id))
    if write is not None:
        await send(payload, await Person.get(id=pledge.person_id), write)


async def _asking(pledge: Pledge, campaign: Campaign) -> Callable[[], Letter] | None:
    """The letter that asks one backer; none where there is nothing to ask any more."""
    transfer = await Transfer.get(campaign_id=campaign.id)
    election = await Election.get(pledge_id=pledge.id)
    until = transfer.elections_until
    if election.state != ElectionState.ASKED or until is None or pledge.state == PledgeState.LOST:
        return None

    def write() -> Letter:
        facts = {"fund": campaign.name, "when": moment_text(until)}
        return Letter(
            _("Where shall your money go? %(fund)s") % facts,
            [
                _("The transfer fell through. What you gave is yours to decide about: all of it, fees included."),
                _("Choose by %(when)s.") % facts,
                str(BY_SILENCE[pledge.if_it_fails]),
            ],
            _("Choose"),
            f"{pledge.path}/election",
        )

    return write


async def _reminded(payload: dict[str, Any]) -> None:
    """Who has not chosen yet is asked once more."""
    campaign = await Campaign.get(id=payload["campaign"])
    transfer = await Transfer.get(campaign_id=campaign.id)
    until = transfer.elections_until
    if campaign.state != CampaignState.ELECTING or until is None:
        return

    def write() -> Letter:
        facts = {"fund": campaign.name, "when": moment_text(until)}
        return Letter(
            _("Still yours to decide: %(fund)s") % facts,
            [
                _("You have not said yet where your money shall go. Choose by %(when)s.") % facts,
                _(
                    "If you say nothing, we do what you ticked when you pledged; if you ticked nothing, you get it all back."
                ),
            ],
            _("Choose"),
            f"{campaign.path}/election",
        )

    await tell_many(payload, campaign, write, readers=(_ASKED,))


async def _election_decided(payload: dict[str, Any]) -> None:
    """Her receipt: what was done with her money, and by whose word."""
    pledge = await Pledge.get(id=payload["pledge"])
    election = await Election.get(pledge_id=pledge.id)
    campaign = await Campaign.get(id=pledge.campaign_id)
    recipient = await Recipient.get(id=election.recipient_id) if election.recipient_id else None

    def write() -> Letter:
        facts = {
            "amount": money(election.amount_minor, pledge.currency), "fund": campaign.name,
            "recipient": recipient.name if recipient else "",
        }  # fmt: skip
        sentences = {
            ElectionState.REFUNDED: _("%(amount)s goes back to your card: all you gave to %(fund)s, fees included."),
            ElectionState.GIVEN: _("%(amount)s of %(fund)s goes to %(recipient)s, without a fee."),
            ElectionState.KEPT: _(
                "%(amount)s of %(fund)s is kept for the club's next target. If there is none, you get it back."
            ),
        }
        said = sentences.get(ElectionState(election.state), _("%(amount)s of %(fund)s was moved.")) % facts
        by = by_whom(election, pledge.if_it_fails)
        return Letter(
            _("Where your money went: %(fund)s") % facts, [said, by], _("Your receipt"), f"{pledge.path}/receipt"
        )

    await send(payload, await Person.get(id=pledge.person_id), write)


async def _kept_used(payload: dict[str, Any]) -> None:
    pledge = await Pledge.get(id=payload["pledge"])
    election = await Election.get(pledge_id=pledge.id)
    next_target = await Campaign.get(id=election.kept_for_id)

    def write() -> Letter:
        facts = {"amount": money(election.amount_minor, pledge.currency), "fund": next_target.name}
        title = _("Signed with your help: %(fund)s") % facts
        said = _("The %(amount)s that you kept for the club's next target went into it.") % facts
        return Letter(title, [said], _("Go to the fund"), next_target.path)

    await send(payload, await Person.get(id=pledge.person_id), write)


JOBS: dict[str, Job] = {
    "fund_held": _held,
    "deal_agreed": _deal_agreed,
    "outcome_filed": _outcome_filed,
    "outcome_withdrawn": _outcome_withdrawn,
    "objection_made": _objection_made,
    "objection_answered": _objection_answered,
    "election_opened": _election_opened,
    "election_reminder": _reminded,
    "election_decided": _election_decided,
    "kept_used": _kept_used,
}
