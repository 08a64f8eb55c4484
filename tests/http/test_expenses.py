"""What makers tell of the money they were paid: never of more than it was, with a receipt, and nothing of it ever vanishes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.campaigns.models import BudgetLine, Campaign
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.payouts.expenses import queries
from crowdfund.payouts.expenses.actions import Told, take_back, tell_expense
from crowdfund.payouts.expenses.models import Expense
from crowdfund.payouts.expenses.rules import MoreThanPaidOut, NothingPaidOut, TakenBackAlready
from crowdfund.people.models import Organisation
from crowdfund.refusal import Invalid, NotFound
from tests.bank import a_studio_with_account, books_proven, close_now, pass_time, pledges_with
from tests.http.campaign_world import Producer, a_picture
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of
from tests.transfers import a_document
from tests.world import Fan, a_campaign, a_fan, again

MEMBER = Sql("INSERT INTO member (id, organisation_id, person_id, role, made_at) VALUES ($1, $2, $3, $4, $5)")
PAID = 93_25  # of 100.00, less 1.75 for the card and 5.00 for the platform


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_paid_fund() -> tuple[Campaign, list[BudgetLine]]:
    """A film that collected 100.00 and paid out what was left of it, with two lines in its budget."""
    campaign = await a_campaign(goal_minor=100_00, studio_id=await a_studio_with_account())
    lines = [
        await BudgetLine.create(id=new_id(), campaign_id=campaign.id, position=n, name=name, amount_minor=minor)
        for n, (name, minor) in enumerate([("Boats", 60_00), ("Cast", 40_00)])
    ]
    await pledges_with(campaign, "instant", amount_minor=100_00)
    await close_now(campaign)
    await pass_time(days=1)
    assert await queries.paid_minor(campaign.id) == PAID
    return await again(campaign), lines


def told(line: BudgetLine | None, amount_minor: int, *, spent_on: datetime | None = None) -> Told:
    return Told(line.id if line else None, amount_minor, "Boatyard", spent_on or clock.now(), "Two boats for a week.")


async def tell(campaign: Campaign, what: Told, by: Fan | None = None) -> int:
    by = by or await a_fan("Lin")
    return await tell_expense(campaign.id, what, document_id=await a_document(by.id), by=by.id)


async def test_all_that_was_paid_out_may_be_told_of_and_not_a_cent_more() -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    await tell(campaign, told(boats, 60_00))
    await tell(campaign, told(None, PAID - 60_00 - 1))
    with pytest.raises(MoreThanPaidOut, match=r"€93\.25 was paid out, and all but €0\.01 of it is told of already\."):
        await tell(campaign, told(boats, 2))
    await tell(campaign, told(boats, 1))
    assert await queries.told_by_line(campaign.id) == {boats.id: 60_01, None: PAID - 60_00 - 1}


async def test_what_was_told_wrongly_is_taken_back_once_and_may_be_told_anew() -> None:
    campaign, (boats, cast) = await a_paid_fund()
    lin = await a_fan("Lin")
    wrong = await tell(campaign, told(boats, PAID), by=lin)
    await take_back(campaign.id, wrong, "It was for the cast.", by=lin.id)
    with pytest.raises(TakenBackAlready):
        await take_back(campaign.id, wrong, "It was for the cast.", by=lin.id)
    await tell(campaign, told(cast, PAID), by=lin)
    assert await queries.told_by_line(campaign.id) == {cast.id: PAID}
    assert [(one.is_taken_back, one.because) for one in await queries.expenses_of(campaign.id)] == [
        (False, ""), (True, "It was for the cast."),
    ]  # fmt: skip
    [reversal] = await Expense.filter(reverses=wrong)
    with pytest.raises(NotFound):
        await take_back(campaign.id, reversal.id, "And back again.", by=lin.id)


async def test_what_can_not_be_told_of() -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    other = await a_campaign()
    stranger = await a_fan("Wei")
    with pytest.raises(NothingPaidOut):
        await tell(other, told(None, 1))
    with pytest.raises(Invalid, match="Choose a line"):
        await tell(other, told(boats, 1))
    with pytest.raises(Invalid, match="has not come yet"):
        await tell(campaign, told(boats, 1, spent_on=clock.now() + timedelta(seconds=1)))
    with pytest.raises(NotFound, match="no such document"):
        await tell_expense(
            campaign.id, told(boats, 1), document_id=await a_document(stranger.id), by=(await a_fan()).id
        )
    one = await tell(campaign, told(boats, 1))
    with pytest.raises(NotFound):
        await take_back(other.id, one, "Not theirs to take back.", by=stranger.id)
    assert await Expense.all().count() == 1


async def test_of_a_transfer_only_what_the_club_pays_for_itself(site: SiteUnderTest) -> None:
    campaign, _lines = await a_paid_fund()
    fee = await BudgetLine.create(
        id=new_id(), campaign_id=campaign.id, position=3, name="Platform fee", amount_minor=5_00, part="platform_fee"
    )
    with pytest.raises(Invalid, match="Choose a line"):
        await tell(campaign, told(fee, 1))


async def test_ten_at_once_are_never_more_than_was_paid_out() -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_fan("Lin")
    papers = [await a_document(lin.id) for _ in range(10)]
    ends = await asyncio.gather(
        *(tell_expense(campaign.id, told(boats, 20_00), document_id=paper, by=lin.id) for paper in papers),
        return_exceptions=True,
    )
    assert sum(isinstance(end, int) for end in ends) == 4 and sum(isinstance(end, MoreThanPaidOut) for end in ends) == 6


async def test_taken_back_by_two_at_once_is_taken_back_once() -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_fan("Lin")
    one = await tell(campaign, told(boats, 20_00), by=lin)
    ends = await asyncio.gather(
        *(take_back(campaign.id, one, "Told twice by chance.", by=lin.id) for _ in range(5)), return_exceptions=True
    )
    assert sum(end is None for end in ends) == 1 and await queries.told_by_line(campaign.id) == {}


# --- guaranteed by the database ---

_INSERT = """
    INSERT INTO expense (id, campaign_id, line_id, amount_minor, payee, spent_on, words, document_id, reverses, by_person_id, made_at)
    VALUES ($1, $2, NULL, $3, 'x', 1, 'x', $4, $5, $6, 1)"""


async def test_the_database_refuses_what_no_verb_does() -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_fan("Lin")
    paper = await a_document(lin.id)
    one = await tell(campaign, told(boats, 20_00), by=lin)
    insert = atomic(Sql(_INSERT).__call__)
    for minor, document, reverses in (
        (PAID - 20_00 + 1, paper, None),  # more than was paid out
        (1, None, None),  # without a receipt
        (19_00, None, one),  # taken back by another amount
        (0, paper, None),
    ):
        with pytest.raises(IntegrityError):
            await insert(new_id(), campaign.id, minor, document, reverses, lin.id)
    for change in ("UPDATE expense SET amount_minor = 1", "DELETE FROM expense"):
        with pytest.raises(IntegrityError, match="append-only"):
            await atomic(Sql(change).__call__)()


# --- on the desk ---


async def a_producer_of(site: SiteUnderTest, campaign: Campaign, role: str = "owner") -> Producer:
    lin = await site.signed_up(f"Lin {role}")
    await atomic(MEMBER.__call__)(new_id(), campaign.organisation_id, lin.person.id, role, clock.now_us())
    return Producer(lin, await Organisation.get(id=campaign.organisation_id))


PAPER = {"document": ("receipt.png", a_picture(), "image/png")}


def typed(line: BudgetLine) -> dict[str, str]:
    return {
        "line": public(line.id), "amount": "20.00", "payee": "Boatyard", "spent_on": f"{clock.now():%Y-%m-%d}",
        "words": "Two boats for a week.",
    }  # fmt: skip


async def test_a_producer_tells_and_everybody_reads_the_receipt(site: SiteUnderTest) -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_producer_of(site, campaign)
    where = f"{lin.base(campaign)}/expenses"
    await lin.browser.get(lin.base(campaign))
    assert lin.browser.page.links["Expenses"] == where
    await lin.browser.get(where)
    assert "Not told of yet €93.25" in lin.browser.text
    await lin.browser.submit(where, files=PAPER, **typed(boats))
    assert "Everybody can read it now." in lin.browser.text and "Boats €60 €20.00" in lin.browser.text
    anybody = site.browser()
    await anybody.get(f"{campaign.path}/expenses")
    assert "Boatyard Two boats for a week. Boats" in anybody.text
    paper = await anybody.client.get(anybody.page.links["receipt.png"])
    assert (paper.content, paper.headers["content-type"]) == (PAPER["document"][1], "image/png")
    assert "attachment" in paper.headers["content-disposition"]
    [one] = await queries.expenses_of(campaign.id)
    await lin.browser.get(where)
    await lin.browser.submit(f"{where}/{public(one.id)}/reversal", because="short")
    assert lin.browser.status == 422 and "Please write at least 10 characters." in lin.browser.text
    await lin.browser.submit(f"{where}/{public(one.id)}/reversal", because="It was the other boatyard.")
    assert "Taken back. It stays to be read, and counts no more." in lin.browser.text
    await anybody.get(f"{campaign.path}/expenses")
    assert "Taken back, and counts no more: It was the other boatyard." in anybody.text
    token = lin.browser.form(where).fields["csrf"][0]
    await lin.browser.post(f"{where}/{public(one.id)}/reversal", {"because": "It was the other.", "csrf": token})
    assert lin.browser.status == 409 and "This was taken back already." in lin.browser.text


async def test_a_button_pressed_twice_tells_once(site: SiteUnderTest) -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_producer_of(site, campaign)
    where = f"{lin.base(campaign)}/expenses"
    await lin.browser.get(where)
    sent = {**{k: v[0] for k, v in lin.browser.form(where).fields.items()}, **typed(boats)}
    for _ in range(2):
        await lin.browser.post(where, sent, files=PAPER)
    assert await Expense.all().count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount": "93.26"}, "€93.25 was paid out, and all but €93.25 of it is told of already."),
        ({"amount": "0"}, "The least is €0.01."), ({"amount": "-5"}, "An amount can't be less than zero."),
        ({"amount": "９"}, "Please write the amount in plain digits"), ({"line": "x"}, "Please choose one of these."),
        ({"payee": ""}, "Please fill this in."), ({"spent_on": "2999-01-01"}, "Please choose a date, like"),
        ({"spent_on": "2027-02-30"}, "Please choose a date, like"), ({"words": "short"}, "Please write at least 10 characters."),
        ({"payee": "x" * 200}, "Please keep this to 120 characters"), ({"spent_on": "2190-01-01"}, "That day has not come yet."),
    ],
)  # fmt: skip
async def test_what_is_typed_wrong_is_said_and_kept(site: SiteUnderTest, wrong: dict[str, str], said: str) -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_producer_of(site, campaign)
    where = f"{lin.base(campaign)}/expenses"
    await lin.browser.get(where)
    await lin.browser.submit(where, files=PAPER, **(typed(boats) | wrong))
    assert lin.browser.status == 422 and said in lin.browser.text
    if "words" not in wrong:
        assert lin.browser.form(where).fields["words"] == ["Two boats for a week."]
    assert await Expense.all().count() == 0


@pytest.mark.parametrize("content", [b"", b"just words", b"<html>%PDF-1.4</html>"])
async def test_a_receipt_that_is_none_is_refused(site: SiteUnderTest, content: bytes) -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    lin = await a_producer_of(site, campaign)
    where = f"{lin.base(campaign)}/expenses"
    await lin.browser.get(where)
    await lin.browser.submit(where, files={"document": ("receipt.pdf", content, "application/pdf")}, **typed(boats))
    assert lin.browser.status == 422 and await Expense.all().count() == 0


async def test_a_viewer_reads_and_tells_nothing_and_nothing_is_told_before_a_payout(site: SiteUnderTest) -> None:
    campaign, _lines = await a_paid_fund()
    viewer = await a_producer_of(site, campaign, "viewer")
    await viewer.browser.get(f"{viewer.base(campaign)}/expenses")
    assert viewer.browser.status == 200 and "Tell of an expense" not in viewer.browser.text
    early = await a_campaign(studio_id=campaign.organisation_id)
    await viewer.browser.get(f"{viewer.base(early)}/expenses")
    assert "Nothing was paid out yet" in viewer.browser.text


# --- by programs ---


async def a_program(site: SiteUnderTest, campaign: Campaign) -> tuple[Program, str]:
    lin = await a_producer_of(site, campaign)
    return await program_of(site, lin.browser.person), public(await a_document(lin.id))


async def test_a_program_tells_once_and_takes_back(site: SiteUnderTest) -> None:
    campaign, (boats, _cast) = await a_paid_fund()
    program, paper = await a_program(site, campaign)
    where = f"/campaigns/{public(campaign.id)}/expenses"
    body: dict[str, Any] = {
        "line": public(boats.id), "amount_minor": 20_00, "payee": "Boatyard", "spent_on": f"{clock.now():%Y-%m-%d}",
        "words": "Two boats for a week.", "receipt": paper,
    }  # fmt: skip
    first, second = [(await program.post(where, body, key="a")).json() for _ in range(2)]
    assert first == second and first["amount_minor"] == 20_00 and first["line"] == public(boats.id)
    assert code_of(await program.post(where, {**body, "amount_minor": 1}, key="a")) == (422, "key_used_for_another")
    for wrong, expected in (
        ({"amount_minor": PAID}, (422, "more_than_paid_out")), ({"line": public(7)}, (422, "invalid")),
        ({"receipt": public(7)}, (404, "not_found")), ({"spent_on": "2027-02-30"}, (422, "invalid")),
        ({"amount_minor": 0}, (422, "invalid")), ({"amount_minor": True}, (422, "invalid")), ({"more": 1}, (422, "invalid")),
        ({"spent_on": "2099-01-01"}, (422, "invalid")),
    ):  # fmt: skip
        assert code_of(await program.post(where, {**body, **wrong}, key=f"k{wrong}".replace(" ", ""))) == expected, (
            wrong
        )
    took = await program.do(f"{where}/{first['id']}/reversal", {"because": "It was the other boatyard."})
    assert took["is_taken_back"] and took["because"] == "It was the other boatyard."
    again_at = await program.post(f"{where}/{first['id']}/reversal", {"because": "It was the other boatyard."})
    assert code_of(again_at) == (409, "taken_back_already")
    listed = (await site.browser().client.get(f"/api/v1{where}")).json()["items"]
    assert [one["id"] for one in listed] == [first["id"]]


async def test_a_program_of_somebody_else_tells_nothing(site: SiteUnderTest) -> None:
    campaign, _lines = await a_paid_fund()
    wei = await site.signed_up("Wei")
    program = await program_of(site, wei.person)
    body = {
        "line": None, "amount_minor": 1, "payee": "x", "spent_on": "2026-01-01", "words": "x" * 10,
        "receipt": public(await a_document(wei.person.id)),
    }  # fmt: skip
    answer = await program.post(f"/campaigns/{public(campaign.id)}/expenses", body, key="a")
    assert answer.status_code == 404 and await Expense.all().count() == 0
