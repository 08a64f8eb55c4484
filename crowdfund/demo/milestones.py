"""A film of the demo that is paid piece by piece: two milestones released, one asked for, one to come."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from crowdfund import clock
from crowdfund.campaigns.milestones.actions import write_plan
from crowdfund.campaigns.milestones.rules import Planned
from crowdfund.campaigns.models import BudgetLine, Campaign
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.film import Film, Reward
from crowdfund.demo.paper import paper
from crowdfund.demo.plan import Plan
from crowdfund.payouts.expenses.actions import Told, tell_expense
from crowdfund.people.models import Person
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.milestones import releases
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleaseRequest
from crowdfund.pledges.models import Pledge, PledgeState

FILM = Film(
    name="The Signal Box at Ferriby Sluice",
    studio="Kiln & Harbour",
    tagline="Forty-one levers, one kettle, and the last winter in which a person decides which train may pass.",
    currency="EUR",
    budget=(
        ("Permits, insurance and a very long lens", 9_000), ("Shooting the last winter", 21_000), ("Edit and sound", 14_000),
        ("Colour, titles and festival copies", 6_000),
    ),
    rewards=(
        Reward("Stream it first", "A link on the night of the premiere, and the sound of lever nineteen for your phone.", 15),
        Reward(
            "A bell code", "Brass, engraved with the four beats of “is line clear?”. Made in Hull.", 60, 120, ships=True,
            month="2027-10",
        ),
        Reward("An hour in the box", "You, the signaller and the kettle, before the levers are taken out.", 220, 8),
    ),
    story="""Since 1887 somebody has sat above the Humber and pulled levers so that trains do not meet. In March the line goes over to a
screen in York. Until then three people share the box: Doreen, who has done it for thirty-four years, her nephew, who will drive a
van, and a trainee who was told last week what he is being trained for.

We have been in the box since September. We want to stay until the last lever is chained, and then make a film of it that is as
quiet as the place.

You pay us piece by piece. What we have not earned yet stays in the fund, and if we stop, it goes back to you.""",
    risks="The date of the change may move. If it moves far, the film becomes longer, and so does the winter.",
    ends="milestones",
    days=28,
    launched_days_ago=66,
    promised=117,
    failing_cards=2,
    fans=190,
    updates=(
        (12, "Lever nineteen", "It sticks when it freezes. Doreen talks to it. We have that on tape."),
        (40, "The flood", "The Humber came up to the third step. The box ran on a generator, and so did we. Nobody missed a train."),
    ),
)  # fmt: skip
_LINES = [name for name, _amount in FILM.budget]
_PLAN = (
    Planned("Permits and the lens", _LINES[:1], 1_800, "The railway's permit and the insurance policy.", "2026-10", at_once=True),
    Planned("The winter is shot", _LINES[1:2], 4_200, "The shooting log, day by day, and a sheet of frames.", "2026-11"),
    Planned("A rough cut", _LINES[2:3], 2_800, "A rough cut of ninety minutes, seen by our editor and the signallers.", "2026-12"),
    Planned("Finished", _LINES[3:], 1_200, "The finished film, and the invoice of the lab.", "2027-03"),
)  # fmt: skip
_LOG = (
    "Sixty-one days in the box, nine nights, one flood. The log lists every reel; the sheet shows a frame of each day.",
    "Shooting log", ("61 shooting days, 9 nights.", "214 reels, all copied twice and stored in two towns.", "Signed: A. Marsh, producer."),
)  # fmt: skip
_CUT = (
    "The rough cut runs for ninety-four minutes. Doreen and her nephew have seen it; she wants the kettle louder.",
    "Rough cut: screening note", ("94 minutes, no colour, rough sound.", "Seen on the 22nd by the signallers and by our editor, Ines."),
)  # fmt: skip
_SPENT = (
    (
        24,
        412_000,
        "Humber Navigation & Rail",
        "The permit to film beside a working line, and a person in orange who stays with us.",
    ),
    (19, 398_000, "Lens hire, Hull", "A 600 mm lens for the winter. It sees York on a clear day."),
)
_DOUBT = "The log has no entry between the 3rd and the 9th. Were you there at all in that week?"
_ANSWER = (
    "We were in the flood: the road was closed, and the box ran on a generator. The log says so now, on page four."
)
_SECOND_DOUBT = "Ninety-four minutes is not the ninety that you promised, and nobody has said what is still to be cut."


async def plan_milestones(film: Film, campaign: Campaign, owner: Person, plan: Plan) -> None:
    """The plan of the film's milestones, and what is asked for, objected to and answered later. Nothing for any other film."""
    if film is not FILM:
        return
    await write_plan(campaign.id, _PLAN, by=owner.id)
    days_ago = (
        (16, lambda: _ask(campaign.id, owner, _LOG)), (15, lambda: _object(campaign.id, _DOUBT, nth=3)),
        (14.5, lambda: _answer(campaign.id, owner)), (10.9, catch_up), (2, lambda: _ask(campaign.id, owner, _CUT)),
        (1.4, lambda: _object(campaign.id, _SECOND_DOUBT, nth=11)),
    )  # fmt: skip
    for days, what in days_ago:
        plan.at(plan.now - timedelta(days=days), what)
    for days, amount_minor, payee, words in _SPENT:
        plan.at(plan.now - timedelta(days=days), partial(_tell, campaign.id, owner, amount_minor, payee, words))


async def _ask(campaign_id: int, owner: Person, shown: tuple[str, str, tuple[str, ...]]) -> None:
    words, title, lines = shown
    document_id = await take_document((paper(title, lines), f"{title}.pdf"), by=owner.id)
    await releases.request_release(campaign_id, words=words, papers=[document_id], by=owner.id)


async def _tell(campaign_id: int, owner: Person, amount_minor: int, payee: str, words: str) -> None:
    """What the first milestone was spent on, with its invoice."""
    line = await BudgetLine.get(campaign_id=campaign_id, name=_LINES[0])
    title = f"Invoice of {payee}"
    document_id = await take_document((paper(title, (words, "Paid by bank transfer.")), f"{title}.pdf"), by=owner.id)
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    told = Told(line.id, amount_minor, payee, day - timedelta(days=1), words)
    await tell_expense(campaign_id, told, document_id=document_id, by=owner.id)


async def _object(campaign_id: int, text: str, *, nth: int) -> None:
    """One of the backers objects, always the same one."""
    backer = (await Pledge.filter(campaign_id=campaign_id, state=PledgeState.COLLECTED).order_by("id"))[nth]
    request = await ReleaseRequest.get(campaign_id=campaign_id, ended_at=None)
    await releases.object_to(request.id, text, by=backer.person_id)


async def _answer(campaign_id: int, owner: Person) -> None:
    request = await ReleaseRequest.get(campaign_id=campaign_id, ended_at=None)
    objection = await ReleaseObjection.get(request_id=request.id)
    await releases.answer_objection(objection.id, _ANSWER, by=owner.id)
