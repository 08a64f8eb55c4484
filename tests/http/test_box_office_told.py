"""Who hears what of deals and settlements, once each; days as the venue counts them; one goal a cent; shares of who is neither side."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.boxoffice.figures import curve_of, figures_of
from crowdfund.boxoffice.pages import shares
from crowdfund.boxoffice.refunding import refund_after_show
from crowdfund.boxoffice.versions import DealContent, agree_deal, draft_deal, drop_deal, offer_deal
from crowdfund.campaigns import actions
from crowdfund.campaigns.box_office import CountedAlready
from crowdfund.campaigns.models import Campaign
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Mail, Member, Organisation, Person
from crowdfund.screenings.models import Auditorium, Screening, Ticket, Venue
from crowdfund.worker import work_until_idle
from tests.bank import pass_time
from tests.boxoffice import Run, a_run, a_scale, agreed, on_sale, settled, sold
from tests.cinema import tickets_of
from tests.http.campaign_world import a_draft, a_producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.program import code_of, program_of
from tests.world import Fan, a_fan, a_studio

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def at(organisation: Organisation, name: str, locale: str = "en") -> Fan:
    """Somebody who manages it."""
    fan = await a_fan(name)
    await Person.filter(id=fan.id).update(locale=locale)
    await Member.create(
        id=new_id(), organisation_id=organisation.id, person_id=fan.id, role="manager", made_at=clock.now()
    )
    return fan


async def told(fan: Fan) -> list[str]:
    """What she was written since the last time."""
    await work_until_idle()
    mails = await Mail.filter(to_address=fan.email).order_by("id")
    await Mail.filter(to_address=fan.email).delete()
    return [mail.subject for mail in mails]


async def read_by(fan: Fan) -> str:
    await work_until_idle()
    [mail] = await Mail.filter(to_address=fan.email)
    await Mail.filter(to_address=fan.email).delete()
    return str(mail.text_body)


# --- letters ---


async def test_a_deal_is_told_to_the_side_that_did_nothing(database: str) -> None:
    run = await a_run()
    lin, gu = await at(run.studio, "Lin"), await at(run.cinema, "Gu", "zh_CN")
    await told(lin)
    await told(gu)

    async def version(side: Organisation, *, offered: bool = True) -> int:
        deal = await draft_deal(run.booking.id, DealContent(a_scale((None, 4000)), {}), side=side.id, by=run.owner.id)
        if offered:
            await offer_deal(deal.id, side=side.id, by=run.owner.id)
        return deal.id

    draft = await version(run.studio, offered=False)
    await drop_deal(draft, side=run.studio.id, by=run.owner.id)
    assert (await told(lin), await told(gu)) == ([], []), "what was never shown is nobody's news"
    one = await version(run.studio)
    assert (await told(lin), await told(gu)) == ([], ["Lanting Pictures 就《River Moon》提出分账协议"])
    await drop_deal(one, side=run.studio.id, by=run.owner.id)
    assert (await told(lin), await told(gu)) == ([], ["已撤回：《River Moon》的分账协议"])
    two = await version(run.cinema)
    assert (await told(lin), await told(gu)) == (["Grand Theatre offers a deal for River Moon"], [])
    await drop_deal(two, side=run.studio.id, by=run.owner.id)
    assert (await told(lin), await told(gu)) == ([], ["已谢绝：《River Moon》的分账协议"])
    three = await version(run.cinema)
    await agree_deal(three, side=run.studio.id, by=run.owner.id)
    assert (await told(lin), await told(gu)) == ([], ["已达成：《River Moon》的分账协议"]), (
        "answered before it was read"
    )


async def test_a_settlement_is_told_to_both_with_their_own_lines_and_what_waits_is_told_once(database: str) -> None:
    run = await a_run()
    lin, gu = await at(run.studio, "Lin"), await at(run.cinema, "Gu")
    await agreed(run)
    first, second = await on_sale(run, fee_minor=10), await on_sale(run, days=20)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1")
    await told(lin)
    await told(gu)
    await settled(first)
    waits = "A share of tickets waits for you, and can't be paid yet"
    await work_until_idle()
    [_waits, settlement] = await Mail.filter(to_address=gu.email).order_by("subject")
    assert "Its gross is €20.00. 2 tickets stand." in settlement.text_body.replace("\N{WORD JOINER}", "")
    for said in ("Cinema: €9.50", "of what the payment company took: -€0.62", "Together €8.88", "It is kept for you"):
        assert said in settlement.text_body.replace("\N{WORD JOINER}", "").replace("−", "-"), settlement.text_body
    assert "Producer" not in settlement.text_body and "9.50" in settlement.text_body
    assert sorted(await told(gu)) == [waits, "Settled: €8.88 of River Moon is yours"]
    assert sorted(await told(lin)) == [waits, "Settled: €9.50 of River Moon is yours"]
    await settled(second)
    assert await told(lin) == ["Settled: €4.75 of River Moon is yours"], "that a share waits was told"


async def test_a_settlement_that_is_made_true_is_told_to_those_whom_it_changes(database: str) -> None:
    run = await a_run()
    lin, gu = await at(run.studio, "Lin"), await at(run.cinema, "Gu")
    await agreed(run, a_scale((None, 4000)))
    first, second = await on_sale(run, fee_minor=0), await on_sale(run, days=20, fee_minor=0)
    await sold(first, "A-1")
    await settled(first)
    await agreed(run, a_scale((None, 7000)), from_start=True)
    await told(lin)
    await told(gu)
    await settled(second)
    assert sorted(await told(lin)) == ["A settlement of River Moon was made true", "Settled: River Moon"]
    await work_until_idle()
    less = [mail.text_body for mail in await Mail.filter(to_address=gu.email, subject__startswith="A settlement")]
    assert len(less) == 1 and "€3.00 less is yours." in less[0].replace("\N{WORD JOINER}", "")


# --- days by the venue's clock ---


async def in_zone(screening: Screening, zone: str) -> None:
    hall = await Auditorium.get(id=screening.auditorium_id)
    await Venue.filter(id=hall.venue_id).update(zone=zone)


async def until(there: datetime) -> None:
    await pass_time(seconds=(there - clock.now()).total_seconds())


@pytest.mark.parametrize(
    ("zone", "sold_at", "days_before"),
    [
        ("Asia/Shanghai", (2031, 5, 9, 23, 30), 1),  # 15:30 UTC
        ("Asia/Shanghai", (2031, 5, 10, 0, 30), 0),  # still the 9th in UTC
        ("Asia/Kolkata", (2031, 5, 10, 5, 15), 0),  # half an hour zone: 23:45 UTC of the day before
        ("America/Los_Angeles", (2031, 5, 9, 17, 30), 1),  # the 10th already in UTC
        ("Pacific/Kiritimati", (2031, 5, 1, 0, 10), 9),
    ],
)
async def test_a_ticket_belongs_to_the_day_of_the_venue(
    database: str, zone: str, sold_at: tuple[int, ...], days_before: int
) -> None:
    await until(datetime(2031, 4, 1, tzinfo=ZoneInfo(zone)))
    run = await a_run()
    starts_at = datetime(2031, 5, 10, 20, 0, tzinfo=ZoneInfo(zone))
    screening = await on_sale(run, days=(starts_at - clock.now()) / timedelta(days=1))
    await in_zone(screening, zone)
    year, month, day, hour, minute = sold_at
    moment = datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone))
    await until(moment)
    [order] = await sold(screening, "A-1")
    [ticket] = await tickets_of(order)
    assert ticket.day == (moment.date() - datetime(1970, 1, 1).date()).days
    curve = {days: many for days, many in await curve_of(await figures_of(title_id=run.title.id)) if many}
    assert curve == {days_before: 1}


async def test_over_the_night_in_which_the_clocks_change_a_day_is_a_day(database: str) -> None:
    """Berlin, 30 March 2031, has 23 hours: from Saturday 23:30 to Sunday 23:00 are 22.5, and it is one day."""
    berlin = ZoneInfo("Europe/Berlin")
    await until(datetime(2031, 3, 1, tzinfo=berlin))
    run = await a_run()
    starts_at = datetime(2031, 3, 30, 23, 0, tzinfo=berlin)
    screening = await on_sale(run, days=(starts_at - clock.now()) / timedelta(days=1))
    await in_zone(screening, "Europe/Berlin")
    for seat, there in (("A-1", (29, 23, 30)), ("A-2", (30, 0, 30)), ("A-3", (30, 22, 59))):
        await until(datetime(2031, 3, *there, tzinfo=berlin))
        await sold(screening, seat)
    curve = {days: many for days, many in await curve_of(await figures_of(title_id=run.title.id)) if many}
    assert curve == {1: 1, 0: 2}


# --- one goal a cent ---


async def counting(producer: object, title_id: int | None = None, name: str = "River Moon") -> Campaign:
    campaign = await a_draft(producer, name=name)  # type: ignore[arg-type]
    changes = {"title_id": title_id} if title_id else {}
    await Campaign.filter(id=campaign.id).update(counts_box_office=1, **changes)
    return await Campaign.get(id=campaign.id)


async def test_two_funds_of_a_title_cant_both_count_its_box_office(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    first = await counting(lin)
    second = await counting(lin, first.title_id, "River Moon, the music")
    await actions.submit(first.id, by=lin.id)
    said = "River Moon counts this title's box office in EUR towards its goal already"
    page, program = lin.browser, await program_of(site, lin.browser.person)
    await page.get(lin.base(second))
    await page.submit("Hand it in")
    assert said in page.text.replace("’", "'")
    assert code_of(await program.post(f"/campaigns/{public(second.id)}/submission")) == (409, "counted_already")
    assert (await Campaign.get(id=second.id)).state == "draft"
    with pytest.raises(IntegrityError):
        await Campaign.filter(id=second.id).update(state="live")
    await actions.take_back(first.id, by=lin.id)
    await actions.submit(second.id, by=lin.id)
    with pytest.raises(CountedAlready):
        await actions.submit(first.id, by=lin.id)
    await Campaign.filter(id=second.id).update(state="failed")
    await actions.submit(first.id, by=lin.id)
    third = await counting(lin, first.title_id, "In dollars")
    await Campaign.filter(id=third.id).update(currency="USD")
    await actions.submit(third.id, by=lin.id)


async def test_of_two_handed_in_at_once_one_counts(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    first = await counting(lin)
    second = await counting(lin, first.title_id, "River Moon, the music")
    answers = await asyncio.gather(
        *(actions.submit(one.id, by=lin.id) for one in (first, second)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in answers) == ["CountedAlready", "NoneType"]


# --- shares of who is neither producer nor cinema ---

CHAIN = {
    "currency": "EUR", "rest": "producer",
    "payees": [{"key": "special_fund"}, {"key": "distributor", "name": "Tide Distribution"}, {"key": "producer"}, {"key": "cinema"}],
    "steps": [
        {"kind": "percentage", "payee": "special_fund", "base": "gross", "bps": 500, "deduction": True},
        {"kind": "percentage", "payee": "cinema", "base": "divisible", "bps": 5000},
        {"kind": "percentage", "payee": "distributor", "base": "divisible", "bps": 1000},
    ],
}  # fmt: skip


async def a_chain() -> tuple[Run, Organisation, Screening]:
    run = await a_run()
    tide = await Organisation.get(id=await a_studio("Tide"))
    await Organisation.filter(id=tide.id).update(kind="institution")
    await agreed(run, CHAIN, who={"distributor": tide.id})
    screening = await on_sale(run)
    await sold(screening, "A-1", "A-2")
    return run, await Organisation.get(id=tide.id), screening


async def desk_of(site: SiteUnderTest, organisation: Organisation) -> SignedIn:
    browser = await site.signed_up(f"Of {organisation.name}")
    await Member.create(
        id=new_id(), organisation_id=organisation.id, person_id=browser.person.id, role="viewer", made_at=clock.now()
    )
    return browser


@pytest.mark.pages
async def test_a_distributor_sees_its_lines_and_nothing_else(
    site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """20.00 gross, 19.00 divisible: 1.90 are Tide's; of a ticket given back 0.95 are taken back."""
    monkeypatch.setattr(shares, "OF_FILE", 1)  # the file is read settlement by settlement
    run, tide, screening = await a_chain()
    ping = await desk_of(site, tide)
    path = f"{tide.desk_path}/shares"
    await ping.get(path)
    assert "No share yet" in ping.text
    await settled(screening)
    [ticket, _other] = await Ticket.filter(screening_id=screening.id).order_by("id")
    await refund_after_show(screening.id, ticket.id, "The sound broke.", by=run.owner.id)
    await ping.get(path)
    text = ping.response.text.replace("\N{WORD JOINER}", "").replace("−", "-")
    for said in ("River Moon", "Grand Theatre", "Tide Distribution", "€1.90", "-€0.95", "€0.95", "of 2 settlements"):
        assert said in text, said
    for hidden in ("€20.00", "€9.50", "€7.60", "Producer", "2 tickets"):
        assert hidden not in text, hidden
    await ping.get(f"{path}.csv")
    rows = list(csv.DictReader(io.StringIO(ping.response.text.lstrip("\ufeff"))))
    assert [(row["kind"], row["payee"], row["amount"], row["currency"]) for row in rows] == [
        ("taken_back", "distributor", "-0.95", "EUR"), ("settled", "distributor", "1.90", "EUR"),
    ]  # fmt: skip
    assert (await ping.get(f"{tide.desk_path}/screenings/{public(screening.id)}/settlement")).status_code == 404
    program = await program_of(site, ping.person)
    base = f"/organisations/{public(tide.id)}/box-office-shares"
    [back, share] = (await program.read(base))["items"]
    assert (share["amount_minor"], share["title"], share["lines"]) == (1_90, "River Moon", [
        {"what": "share", "payee": "distributor", "name": "Tide Distribution", "amount_minor": 1_90},
    ])  # fmt: skip
    assert (back["kind"], back["amount_minor"]) == ("taken_back", -95) and "gross_minor" not in share
    assert (await program.read(f"{base}/sums"))["items"] == [
        {"currency": "EUR", "settlements": 2, "lines": 2, "amount_minor": 95}
    ]
    page = await program.read(f"{base}?limit=1")
    assert [one["id"] for one in page["items"]] == [back["id"]] and page["next"]
    assert code_of(await program.get(f"/organisations/{public(run.cinema.id)}/box-office-shares"))[0] == 404
    gu = await desk_of(site, run.cinema)
    await gu.get(f"{run.cinema.desk_path}/shares")
    assert "Special film fund" in gu.text and "Cinema" in gu.text and "Tide" not in gu.text, (
        "what it remits is its line, too"
    )
    assert (await gu.get(path)).status_code == 404


async def test_a_distributor_without_an_account_hears_that_its_share_waits(database: str) -> None:
    _run, tide, screening = await a_chain()
    await Organisation.filter(id=tide.id).update(payouts_state="none")
    ping = await at(tide, "Ping")
    await settled(screening)
    assert await told(ping) == ["A share of tickets waits for you, and can't be paid yet"]
