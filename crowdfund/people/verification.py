"""Whether an organisation may ask fans for money: people look at it, and the processor at its account."""

from __future__ import annotations

from crowdfund.database import atomic
from crowdfund.database.moves import move
from crowdfund.payments import stripe
from crowdfund.people.audit import record
from crowdfund.people.mails import mail_person
from crowdfund.people.models import (
    ORGANISATION_MOVES,
    Member,
    Organisation,
    OrganisationEvent,
    OrganisationState,
    PayoutsState,
    Role,
)
from crowdfund.refusal import Refusal

SUBMITTED_BECAUSE = "submitted for review"


class AccountRefused(Refusal):
    """Stripe has said no: to the country, or to an account that it has closed."""


@atomic
async def submit(organisation_id: int, *, by: int) -> None:
    """Ask to be looked at; from `unverified`, or again after a decline. Raises MoveRefused."""
    await _move(organisation_id, OrganisationState.SUBMITTED, SUBMITTED_BECAUSE, by)


@atomic
async def verify(organisation_id: int, *, reason: str, by: int) -> None:
    """Staff found it to be who it says. Raises MoveRefused."""
    await _move(organisation_id, OrganisationState.VERIFIED, reason, by)
    await _tell_owners("organisation_verified", organisation_id, reason)


@atomic
async def decline(organisation_id: int, *, reason: str, by: int) -> None:
    """Staff were not convinced; the owners read why and may submit again. Raises MoveRefused."""
    await _move(organisation_id, OrganisationState.DECLINED, reason, by)
    await _tell_owners("organisation_declined", organisation_id, reason)


@atomic
async def suspend(organisation_id: int, *, reason: str, by: int) -> None:
    """Stop it for now. Raises MoveRefused."""
    await _move(organisation_id, OrganisationState.SUSPENDED, reason, by)
    await _tell_owners("organisation_suspended", organisation_id, reason)


@atomic
async def reinstate(organisation_id: int, *, reason: str, by: int) -> None:
    """Let a suspended one go on. Raises MoveRefused."""
    await _move(organisation_id, OrganisationState.VERIFIED, reason, by)
    await _tell_owners("organisation_verified", organisation_id, reason)


async def _move(organisation_id: int, to: OrganisationState, reason: str, by: int) -> None:
    organisation = await Organisation.get(id=organisation_id)
    before = organisation.state
    await move(organisation, to, moves=ORGANISATION_MOVES, because=reason, by=by, events=OrganisationEvent)
    await record(
        f"organisation_{to}",
        f"organisation:{organisation_id}",
        by=by,
        reason=reason,
        before={"state": before},
        after={"state": to},
    )


async def _tell_owners(template: str, organisation_id: int, reason: str) -> None:
    organisation = await Organisation.get(id=organisation_id)
    for owner in await Member.filter(organisation_id=organisation_id, role=Role.OWNER.value):
        await mail_person(
            template, owner.person_id, organisation=organisation.name, reason=reason, path=organisation.desk_path
        )


# --- the account that receives payouts ---


async def onboarding_page(organisation: Organisation, *, email: str, return_url: str, refresh_url: str) -> str:
    """The address of the processor's page where the organisation says who it is and where its money goes.

    Making the account has a key of its own, so a crash between the call and the row makes no second one. Raises AccountRefused,
    stripe.Unknown.
    """
    account_id = organisation.stripe_account_id
    try:
        if account_id is None:
            account_id = await stripe.make_account(organisation.id, organisation.country, email)
            await _keep_account(organisation.id, account_id)
        return await stripe.onboarding_link(account_id, return_url, refresh_url)
    except stripe.Refused as refused:
        raise _account_refused() from refused


def _account_refused() -> AccountRefused:
    return AccountRefused("Our payment company can't pay out to this organisation. Please write to us.")


@atomic
async def _keep_account(organisation_id: int, account_id: str) -> None:
    kept = await Organisation.filter(id=organisation_id, stripe_account_id=None).update(
        stripe_account_id=account_id, payouts_state=PayoutsState.STARTED.value
    )
    if kept:
        await record("payouts_account_made", f"organisation:{organisation_id}", by=None, after={"account": account_id})


async def follow_account(stripe_account_id: str) -> None:
    """Ask the processor how an account stands; the event that made us look is only a hint. An unknown account is none of ours.

    Raises AccountRefused, stripe.Unknown.
    """
    if not await Organisation.exists(stripe_account_id=stripe_account_id):
        return
    try:
        state = PayoutsState(await stripe.account_state(stripe_account_id))
    except stripe.Refused as refused:
        raise _account_refused() from refused
    await _set_payouts(stripe_account_id, state)


@atomic
async def _set_payouts(stripe_account_id: str, state: PayoutsState) -> None:
    organisation = await Organisation.get(stripe_account_id=stripe_account_id)
    if organisation.payouts_state != state:
        await Organisation.filter(id=organisation.id).update(payouts_state=state.value)
        before, after = {"payouts": organisation.payouts_state}, {"payouts": state.value}
        await record("payouts_changed", f"organisation:{organisation.id}", by=None, before=before, after=after)
