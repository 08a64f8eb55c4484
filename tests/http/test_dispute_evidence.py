"""The answer to a bank that is drafted from our own records: everything in the order in which it happened, and nothing untrue."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crowdfund.campaigns.actions import begin_delivery
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.disputes.actions import follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.disputes.pages.evidence import drafted_evidence
from crowdfund.payments.models import Charge
from crowdfund.people.models import Organisation, Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.actions import amend_pledge
from crowdfund.pledges.forms import terms_shown
from crowdfund.pledges.models import Delivery, Pledge
from crowdfund.pledges.refunding import refund_pledge
from crowdfund.worker import work_until_idle
from tests.bank import ask, books_proven, close_now, fans_with, pass_time
from tests.http.conftest import SiteUnderTest
from tests.money import again_pledge, attempts, save_card
from tests.world import Fan, a_campaign, a_studio, a_tier, again, pledged


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_pledge_of(campaign: Campaign, card: str = "ok", **more: object) -> Pledge:
    """Made as the form makes it: with the terms that stand above its button."""
    (fan,) = await fans_with(card)
    made = await pledged(fan, campaign, terms=terms_shown(), **more)  # type: ignore[arg-type]
    return await Pledge.get(id=made.id)


async def disputed(pledge: Pledge) -> Dispute:
    charge = (await attempts(pledge))[-1]
    opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {"reason": "product_not_received"})
    await follow_dispute(opened["id"])
    return await Dispute.get(stripe_dispute_id=opened["id"])


async def draft(dispute: Dispute) -> str:
    return (await drafted_evidence(dispute, await Campaign.get(id=dispute.campaign_id))).replace("\xa0", " ")


def in_order(text: str, *parts: str) -> None:
    """Each part stands in the text, after the one before it."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} is not there, or too early, in:\n{text}"
        at = found


@pytest.mark.landing
async def test_the_draft_tells_what_was_promised_agreed_charged_and_only_then_how_it_ended(site: SiteUnderTest) -> None:
    owner = await site.signed_up("Lin")
    studio_id = await a_studio(owner=Fan(owner.person.id, owner.person.email))
    campaign = await a_campaign(goal_minor=40_00, studio_id=studio_id)
    tier_id = await a_tier(campaign, price_minor=25_00, per_fan_max=2, ships="post", delivers_on="2031-09")
    pledge = await a_pledge_of(campaign, "fixable", amount_minor=25_00, tier_id=tier_id)
    facts = {"person_id": pledge.person_id, "tier_id": tier_id, "quantity": 1, "shown_as": "name"}
    await amend_pledge(pledge.id, amount_minor=40_00, agreed=terms_shown(), **facts)  # type: ignore[arg-type]
    await close_now(campaign)  # refused on the day of the close, and twice in all; the third day goes through
    for _ in range(5):
        await pass_time(days=1)
    assert (await again(campaign)).state == "funded"
    dispute = await disputed(pledge)

    path = (await Organisation.get(id=studio_id)).desk_path
    await owner.get(f"{path}/disputes/{public(dispute.id)}")
    shown = owner.form(f"{path}/disputes/{public(dispute.id)}/answer").fields["evidence"][0].replace("\xa0", " ")
    in_order(
        shown, "the fan pledged €25.00 to the fund “River Moon”, with “Two seats”", "she changed her pledge to €40.00",
        "kept as its version 1", "She agreed to these words", "€25.00;", "€40.00)", "I promise this amount to the fund",
        "What she was promised: 1 × “Two seats” at €25.00 each", "Nothing of it was changed since she pledged",
        "announced for Sept 2031", "the fund closed, with €40.00 promised. It succeeds if €40.00 is collected, its whole goal",
        "the card was refused", "the card was refused", "Visa •••• 4242 was charged €40.00, as agreed, in the days after the close",
        "after the charges, the fund had collected what its rule asks for, and succeeded", "asked where to send it, and has not answered",
    )  # fmt: skip
    charged = (await attempts(pledge))[-1]
    assert charged.ended_at is not None
    ended_at = (await again(campaign)).ended_at
    assert ended_at is not None and charged.ended_at <= ended_at, "cards are charged before the verdict"


async def test_while_the_fund_settles_nobody_says_that_it_has_succeeded() -> None:
    campaign = await a_campaign(goal_minor=50_00)
    pledge = await a_pledge_of(campaign, amount_minor=25_00)
    await a_pledge_of(campaign, "saved_insufficient_funds", amount_minor=25_00)
    await close_now(campaign)
    assert (await again(campaign)).state == "settling"
    said = await draft(await disputed(pledge))
    assert "The fund has not ended yet" in said and "she gets everything back" in said
    assert "and succeeded" not in said and "and failed" not in said
    assert "She chose no reward" in said


async def test_a_fund_that_failed_and_what_was_given_back_is_said() -> None:
    campaign = await a_campaign(goal_minor=50_00)
    pledge = await a_pledge_of(campaign, amount_minor=25_00)
    other = await a_pledge_of(campaign, "saved_insufficient_funds", amount_minor=25_00)
    await close_now(campaign)
    dispute = await disputed(pledge)
    await save_card(await again_pledge(other), "saved_lost")
    await pass_time(days=8)
    assert (await again(campaign)).state == "failed"
    said = await draft(dispute)
    in_order(said, "was charged €25.00", "had collected too little, and failed")


async def test_a_partial_refund_is_told_before_the_delivery() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    pledge = await a_pledge_of(campaign, amount_minor=25_00)
    staff = (await fans_with("ok"))[0]
    await close_now(campaign)
    await refund_pledge(pledge.id, amount_minor=5_00, reason="a poster came torn", by_person_id=staff.id)
    await pass_time(days=1)
    assert "A refund of €5.00 was paid to her card on" in await draft(await disputed(pledge))


async def test_each_state_of_the_delivery_is_told_as_it_is() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    tier_id = await a_tier(campaign, price_minor=25_00, ships="post")
    pledge = await a_pledge_of(campaign, amount_minor=25_00, tier_id=tier_id)
    maker = await Person.get(id=(await fans_with("ok"))[0].id)
    await close_now(campaign)
    await work_until_idle()
    dispute = Dispute(pledge_id=pledge.id, charge_id=(await attempts(pledge))[-1].id, campaign_id=campaign.id)
    told = [await draft(dispute)]
    await deliveries.give_address(pledge.id, recipient="Mei Tanaka", address="1 Harbour Road", country="DE")
    told.append(await draft(dispute))
    await begin_delivery(campaign.id, by=maker.id)
    await deliveries.mark_sent(pledge.id, campaign_id=campaign.id, tracking="KH1234", by=maker.id)
    told.append(await draft(dispute))
    await deliveries.mark_received(pledge.id)
    told.append(await draft(dispute))
    assert [text.splitlines()[-1].partition(": ")[2] for text in told] == [
        "she was asked where to send it, and has not answered.",
        "she was asked where to send it, and gave an address. It has not been sent yet.",
        "it was sent (KH1234).",
        "she told us that it had arrived.",
    ]
    assert not any("Harbour" in text for text in told), "where she lives is not the bank's business"
    assert (await Delivery.get(pledge_id=pledge.id)).state == "received"


async def test_a_pledge_from_before_terms_were_kept_shows_what_she_agreed_to_when_she_saved_the_card() -> None:
    campaign = await a_campaign(goal_minor=25_00)
    (fan,) = await fans_with("ok")
    pledge = await Pledge.get(id=(await pledged(fan, campaign)).id)
    await save_card(pledge, "ok")
    await close_now(campaign)
    said = await draft(await disputed(pledge))
    assert "She agreed on" in said and "I agree that my card is charged if the fund succeeds." in said
    assert "Each time she pressed" not in said


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("insufficient_funds", 2),
        ("never_arrived", 0),
        ("canceled", 0),
        ("card_gone", 0),
        ("request:amount_too_small", 0),
    ],
)
async def test_what_never_came_to_her_bank_is_not_called_refused(code: str, refused: int) -> None:
    campaign = await a_campaign(goal_minor=25_00)
    pledge = await a_pledge_of(campaign, "fixable", amount_minor=25_00)  # the third try goes through
    await close_now(campaign)
    for _ in range(5):
        await pass_time(days=1)
    await Charge.filter(subject=f"pledge:{pledge.id}", state="declined").update(decline_code=code)
    said = await draft(await disputed(pledge))
    assert said.count("the card was refused") == refused and "was charged €25.00" in said
