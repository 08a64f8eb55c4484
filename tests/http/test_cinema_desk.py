"""The desks of a cinema and a producer, page by page: venue, hall, film, booking, a week of screenings on sale; and what can't be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation, OrganisationState, Role
from crowdfund.screenings import programme
from crowdfund.screenings.models import (
    Auditorium,
    Booking,
    BookingState,
    Price,
    PriceState,
    Screening,
    ScreeningState,
    Venue,
)
from crowdfund.screenings.queries import free_in, shown_screening
from crowdfund.titles.models import Title
from tests.bank import books_proven
from tests.cinema import a_title, bought, held, ordered, paid
from tests.http.campaign_world import Producer, a_draft, a_producer, launched
from tests.http.conftest import SiteUnderTest, forget_tries
from tests.http.desk_world import a_cinema_owner, a_member_of, day_in, with_booking, with_hall, with_screening
from tests.http.nasty import NASTY
from tests.unit.test_seating_files import pretix_sample
from tests.world import a_fan

pytestmark = pytest.mark.pages

CSV = b"zone,row,seat,category,kind,capacity\nStalls,A,1,Standard,,\nStalls,A,2,Standard,,\nStalls,A,3,Standard,,\nFloor,,,Standing,,200\n"


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


@pytest.fixture
async def gu(site: SiteUnderTest) -> Producer:
    return await a_cinema_owner(site)


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


# --- from the first day to the first week on sale ---


async def test_a_cinema_signs_up_and_is_told_what_is_missing(site: SiteUnderTest) -> None:
    gu = await site.signed_up("Gu")
    await gu.get("/start")
    assert "Cinema, or a chain of them" in gu.text
    await gu.submit("/start", kind="cinema", name="Grand Theatre", country="CN")
    assert "Here is your desk." in gu.text and "Before you can book films we have to know who you are." in gu.text
    cinema = await Organisation.get(name="Grand Theatre")
    assert cinema.kind == "cinema"
    await gu.get(f"{cinema.desk_path}/verification")
    assert "Before you can book films and sell tickets" in gu.text
    await gu.submit("Send it for review")
    assert "You can draw your halls meanwhile." in gu.text
    await gu.get(f"{cinema.desk_path}/screenings")
    assert "First a hall" in gu.text


async def test_a_venue_a_hall_a_film_and_a_week_of_screenings(site: SiteUnderTest, gu: Producer, lin: Producer) -> None:
    her, desk = gu.browser, gu.desk
    await her.get(f"{desk}/venues")
    assert "No venue yet" in her.text
    await her.get(f"{desk}/venues/new")
    await her.submit(
        f"{desk}/venues", name="Grand Theatre", address="20 Huanghe Road", city="Shanghai", country="CN", zone="Asia/Shanghai",
        access="Lift from the street.",
    )  # fmt: skip
    assert "Now draw its first hall." in her.text and "Lift from the street." in her.text
    venue = await Venue.get()
    await her.get(f"{desk}/venues/{venue.slug}/halls/new")
    halls = f"{desk}/venues/{venue.slug}/halls"
    await her.submit(f"{halls}/preview?from=file", name="Hall 1", files={"file": ("hall.csv", CSV, "text/csv")})
    assert "3 seats in 2 zones, 200 standing" in her.text and "Read as a table (CSV)." in her.text
    assert await Auditorium.all().count() == 0, "looked at, and nothing kept"
    await her.submit(halls)
    assert "The hall is there." in her.text and "3 seats in 2 zones" in her.text

    title = await a_title(lin.organisation.id)
    await her.get(f"{desk}/bookings/new?q=river")
    assert "River Moon" in her.text and "Lin Pictures" in her.text
    await her.get(f"{desk}/bookings/new/{public(title.id)}")
    await her.submit("Ask for it", note="Seven evenings in our large hall.")
    booking = await Booking.get()
    assert "has to answer" in her.text and booking.state == BookingState.ASKED
    mail = (await site.mails_to(lin.browser.person.email))[0]
    assert "Gu Theatre would like to show River Moon" in mail.subject and "Seven evenings" in mail.text_body
    await lin.browser.get(f"{lin.desk}/bookings/{public(booking.id)}")
    await lin.browser.submit("Agree", note="With joy.")
    assert "Agreed. The other side gets a letter." in lin.browser.text
    mail = (await site.mails_to(her.person.email))[0]
    assert "Agreed: River Moon" in mail.subject and "With joy." in mail.text_body

    hall = await Auditorium.get()
    await her.get(f"{desk}/screenings/new")
    assert "River Moon" in her.text and "Grand Theatre, Hall 1" in her.text
    await her.get(f"{desk}/screenings/new?title={public(title.id)}&hall={public(hall.id)}")
    assert "Asia/Shanghai" in her.text
    await her.submit(
        f"{desk}/screenings", first_day=day_in(3), last_day=day_in(5), times="20:15, 17:00", price_1_name="Full", price_1_c0="12",
        price_1_c1="9.50", price_2_name="Child", price_2_c0="6", price_2_c1="", fee="0.50", note="With subtitles",
    )  # fmt: skip
    assert "6 drafts. Look at them, then put them on sale." in her.text
    first = await Screening.all().order_by("starts_at").first()
    assert first is not None and await Screening.filter(state=ScreeningState.DRAFT).count() == 6
    assert f"{first.starts_at:%H:%M}" == "09:00", "17:00 in Shanghai is nine o'clock UTC"
    assert first.ends_at - first.starts_at == timedelta(hours=2) and first.fee_minor == 50
    await her.submit(f"{desk}/screenings/sale")
    assert "6 screenings are on sale." in her.text
    assert await Screening.filter(state=ScreeningState.ON_SALE).count() == 6
    await lin.browser.get(f"{lin.desk}/screenings?from={day_in(3)}")
    assert lin.browser.text.count("of 203") == 6 and "17:00" in lin.browser.text
    await lin.browser.get(f"{lin.desk}/titles/{public(title.id)}")
    assert "Gu Theatre" in lin.browser.text and "Agreed" in lin.browser.text


# --- halls ---


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"version": 1, "name": "Hall', "Line 1, column"),
        (b"zone,row,seat\nA,1,1\n", "Line 1 names the columns"),
        (b"zone,row,seat,category\nStalls,A,1\n", "Line 2 has 3 cells, and line 1 has 4."),
        (b"PK\x03\x04\xff\xfe", "This is not a text in UTF-8."),
        (b"", "Please choose a file."),
        (b"   ", "The file is empty."),
        (b'{"zones": []}', "This JSON is no plan of ours"),
        (b"[" * 40_000, "not JSON from here on"),
        (b"x" * 1_000_001, "A plan has at most"),
    ],
)
async def test_a_file_that_is_no_plan_says_where_and_keeps_the_name(gu: Producer, content: bytes, says: str) -> None:
    venue, _hall = await with_hall(gu)
    halls = f"{gu.desk}/venues/{venue.slug}/halls"
    await gu.browser.get(f"{halls}/new")
    await gu.browser.submit(
        f"{halls}/preview?from=file", name="Blue Hall", files={"file": ("plan.json", content, "application/json")}
    )
    assert gu.browser.status == 422 and says in gu.browser.text
    assert gu.browser.form(f"{halls}/preview?from=file").fields["name"] == ["Blue Hall"]
    assert await Auditorium.all().count() == 1


async def test_a_hall_from_numbers_is_seen_first_and_a_name_counts_once(gu: Producer) -> None:
    venue, _hall = await with_hall(gu)
    halls, her = f"{gu.desk}/venues/{venue.slug}/halls", gu.browser
    await her.get(f"{halls}/new")
    await her.submit(f"{halls}/preview", name="Hall 2", rows="9", seats_a_row="99", aisles_after="4, 12-")
    assert (
        her.status == 422
        and "Please write numbers like 4, 8-10." in her.text
        and "whole number from 1 to 80" in her.text
    )
    assert her.form(f"{halls}/preview").fields["rows"] == ["9"]
    await her.submit(f"{halls}/preview", seats_a_row="12", aisles_after="4, 30", wheelchairs="2", better_rows="6-8")
    assert her.status == 422 and "There is no aisle after seat 30." in her.text
    await her.submit(f"{halls}/preview", aisles_after="4, 8")
    assert "108 seats in 1 zone, 2 wheelchair spaces, 2 companions' seats" in her.text
    await her.submit(halls, name="Hall 1")
    assert her.status == 409 and "There is a hall of this name already." in her.text
    await her.submit(halls, name="Hall 2")
    assert "The hall is there." in her.text
    await her.post(halls, {"csrf": her.form("/sign-out").fields["csrf"][0], "name": "Hall 3", "plan": "{nonsense"})
    assert her.status == 422 and await Auditorium.all().count() == 2


async def test_another_plan_is_for_what_comes_and_screenings_keep_theirs(gu: Producer, lin: Producer) -> None:
    venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    old = await with_screening(gu, hall, title)
    path, her = f"{gu.desk}/venues/{venue.slug}/halls/{public(hall.id)}", gu.browser
    await her.get(f"{path}/plan.json")
    sent = her.response.content
    assert her.response.headers["content-type"] == "application/json" and b'"version":1' in sent
    await her.get(f"{path}/plan/new")
    assert "keep the seats they were planned with" in her.text
    await her.submit(f"{path}/plan/preview?from=file", files={"file": ("hall.csv", CSV, "text/csv")})
    await her.submit(f"{path}/plan")
    assert "Those that exist keep theirs." in her.text and "was planned with an older plan, and keeps it" in her.text
    assert (await shown_screening(old.id)).places == 20
    await her.get(f"{path}/plan/new")
    await her.submit(f"{path}/plan/preview?from=file", files={"file": ("hall.json", sent, "application/json")})
    assert "Read as our own plan (JSON)." in her.text and "20 seats in 1 zone" in her.text, (
        "what was taken away comes back"
    )


# --- the form of a screening ---


@pytest.mark.landing
async def test_what_no_screening_can_be_is_told_beside_its_field(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    path, her = f"{gu.desk}/screenings", gu.browser
    await her.get(f"{path}/new?title={public(title.id)}&hall={public(hall.id)}")
    good = {"first_day": day_in(3), "times": "20:15", "price_1_name": "Full", "price_1_c0": "12"}
    for wrong, says in (
        ({"times": "25:00"}, "Please write hours like 14:30"), ({"times": ""}, "Please write hours like"),
        ({"first_day": day_in(-3)}, "It starts in the past."), ({"last_day": day_in(1)}, "The last day is before the first."),
        ({"last_day": day_in(90)}, "A series is at most 62 days long."),
        ({"last_day": day_in(40), "times": "10:00 12:30"}, "At most 60 screenings at once."),
        ({"price_1_c0": "twelve"}, "Please write the amount in plain digits"), ({"price_1_c0": ""}, "Say what a ticket costs."),
        ({"price_1_name": ""}, "Say whose price this is"), ({"price_1_c0": "0.10", "fee": "0"}, "A ticket is free, or costs at least"),
        ({"fee": "7"}, "The booking fee is at most half of the cheapest price."),
        ({"ladder_1_percent": ""}, "leave the whole row empty"), ({"ladder_2_hours": "48", "ladder_2_percent": "100"}, "and gives less"),
        ({"doors_at": "361"}, "whole number from 0 to 360"), ({"ends_at": "2"}, "whole number from 5 to 1440"),
        ({"sale_opens_at": "2190-01-01T00:00"}, "The sale opens before it closes."), ({"per_fan_max": "51"}, "from 1 to 50"),
        ({"first_day": "2026-02-30"}, "Please choose a date"), ({"weekdays": ["9"]}, "Please choose one of these."),
    ):  # fmt: skip
        await her.submit(path, **{**good, **wrong})
        assert her.status in (409, 422) and says in her.text, (wrong, her.text[:1500])
        assert await Screening.all().count() == 0
        kept = her.form(path).fields
        assert all(kept[name] == [value] for name, value in wrong.items() if isinstance(value, str) and name in kept)
        await her.get(f"{path}/new?title={public(title.id)}&hall={public(hall.id)}")
    await her.submit(path, **good)
    assert "A draft. Look at it" in her.text and await Screening.all().count() == 1
    await her.get(f"{path}/new?title={public(title.id)}&hall={public(hall.id)}")
    await her.submit(path, **{**good, "last_day": day_in(4)})
    assert her.status == 409 and "Another screening is in this hall then" in her.text
    assert await Screening.all().count() == 1, "all or none"


async def test_the_same_form_sent_twice_plans_once(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    path, her = f"{gu.desk}/screenings", gu.browser
    await her.get(f"{path}/new?title={public(title.id)}&hall={public(hall.id)}")
    form = her.form(path).fields | {
        "first_day": [day_in(3)],
        "times": ["20:15 23:30"],
        "price_1_name": ["Full"],
        "price_1_c0": ["12"],
    }
    for _ in range(2):
        await her.post(path, form)
        assert her.status == 200 and await Screening.all().count() == 2


async def test_hours_that_the_clocks_skip_or_show_twice_are_explained(gu: Producer, lin: Producer) -> None:
    venue, hall = await with_hall(gu)
    await Venue.filter(id=venue.id).update(zone="Europe/Berlin")
    title, _booking = await with_booking(gu, lin)
    clock.advance(timedelta(days=(2027 - 1970) * 365.25 + 30) - timedelta(microseconds=clock.now_us()))
    path, her = f"{gu.desk}/screenings", gu.browser
    odd = (
        ("2027-03-28", "go forward on 2027-03-28 and skip 02:30"),
        ("2027-10-31", "go back on 2027-10-31 and show 02:30 twice"),
    )
    for day, says in odd:
        await her.get(f"{path}/new?title={public(title.id)}&hall={public(hall.id)}")
        await her.submit(path, first_day=day, times="02:30", price_1_name="Full", price_1_c0="12")
        assert her.status == 422 and says in her.text
    await her.submit(path, times="01:30")
    made = await Screening.get()
    assert f"{made.starts_at:%Y-%m-%d %H:%M}" == "2027-10-30 23:30", "01:30 of summer time"


# --- a draft, and its life ---


async def test_a_draft_is_changed_put_on_sale_closed_and_opened_again(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await her.get(f"{path}/preview")
    assert "Only you and the producer see this" in her.text and "€11.00" in her.text, "with the fee"
    assert "Until 24 hours before the start: 100% back." in her.text
    await her.get(f"{path}/content")
    await her.submit(f"{path}/content", ends_at="95", price_2_name="Child", price_2_c0="7", ladder_1_hours="", ladder_1_percent="",
                     ladder_2_hours="", ladder_2_percent="")  # fmt: skip
    assert "Saved." in her.text and "Nothing is given back to who cancels." in her.text
    assert await Price.filter(screening_id=screening.id, state=PriceState.OFFERED).count() == 2
    await her.submit("Put it on sale")
    assert "It is on sale." in her.text
    await her.get(f"{path}/content")
    assert "Fans have seen it: its hours and terms stay." in her.text
    await her.submit("Close the sale", reason="no")
    assert her.status == 422 and "at least 5 characters" in her.text
    await her.submit("Close the sale", reason="The projector is broken.")
    assert "The sale is closed." in her.text and "The projector is broken." in her.text
    await her.submit("Open the sale again", reason="It is mended.")
    assert "It is on sale again." in her.text
    assert (await Screening.get(id=screening.id)).state == ScreeningState.ON_SALE


async def test_a_draft_put_away_frees_its_hall_and_what_is_on_sale_stays(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await her.get(f"{path}/withdrawal")
    form = her.form(f"{path}/withdrawal").fields
    await her.submit("Put it away")
    assert (
        "The draft is put away." in her.text
        and (await Screening.get(id=screening.id)).state == ScreeningState.CANCELLED
    )
    await her.post(f"{path}/withdrawal", form)
    assert "It is no draft any more." in her.text
    await her.post(f"{path}/sale", form)
    assert "It is no draft any more." in her.text


async def test_of_two_who_edit_a_draft_the_second_is_told(site: SiteUnderTest, gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, wu = await with_screening(gu, hall, title), await a_member_of(site, gu, Role.MANAGER, "Wu")
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await gu.browser.get(f"{path}/content")
    await wu.get(f"{path}/content")
    await gu.browser.submit(f"{path}/content", note="In English")
    await wu.submit(f"{path}/content", note="In German")
    assert wu.status == 409 and "Somebody else saved this draft while you were writing." in wu.text
    assert wu.form(f"{path}/content").fields["note"] == ["In German"]
    assert (await Screening.get(id=screening.id)).note == "In English"
    await wu.submit(f"{path}/content")
    assert "Saved." in wu.text and (await Screening.get(id=screening.id)).note == "In German"
    await gu.browser.get(f"{path}/prices")
    await wu.get(f"{path}/prices")
    await gu.browser.submit(f"{path}/prices", price_1_c0="11")
    await wu.submit(f"{path}/prices", price_1_c0="12")
    assert wu.status == 409 and "Somebody else changed these prices" in wu.text


async def test_a_week_goes_on_sale_whole_or_not_at_all(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    first, second = await with_screening(gu, hall, title, days=2), await with_screening(gu, hall, title, days=3)
    path, her = f"{gu.desk}/screenings", gu.browser
    await her.get(path)
    form = her.form(f"{path}/sale").fields
    assert len(form["screening"]) == 2
    await her.submit(f"{path}/sale", screening=[])
    assert her.status == 409 and "Choose the screenings that go on sale." in her.text
    await programme.put_on_sale(second.id, by=gu.id)
    await her.post(f"{path}/sale", form)
    assert her.status == 409 and "None of them went on sale." in her.text
    assert (await Screening.get(id=first.id)).state == ScreeningState.DRAFT
    await her.post(f"{path}/sale", {**form, "screening": ["nonsense"]})
    assert her.status == 404


async def test_nothing_goes_on_sale_without_a_booking_or_a_verified_cinema(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await Organisation.filter(id=gu.organisation.id).update(state=OrganisationState.SUSPENDED)
    await her.get(path)
    await her.submit("Put it on sale")
    assert "Before tickets can be sold we have to know who you are." in her.text
    await Organisation.filter(id=gu.organisation.id).update(state=OrganisationState.VERIFIED)
    await lin.browser.get(f"{lin.desk}/bookings/{public(booking.id)}")
    await lin.browser.submit("End it", reason="The prints are needed elsewhere.")
    assert "Ended." in lin.browser.text
    await her.submit("Put it on sale")
    assert "This title is not booked any more." in her.text
    assert (await Screening.get(id=screening.id)).state == ScreeningState.DRAFT


# --- seats, prices, people ---


async def test_seats_are_blocked_on_the_plan_and_given_back(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title, on_sale=True), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}/seats"
    await her.get(path)
    await her.post(path, {**her.form(path).fields, "pick": "A-1"})
    assert her.form(path).fields["seat"] == ["A-1"], "without a script a seat's button ticks its box"
    await her.post(path, {**her.form(path).fields, "pick": "A-2"})
    await her.submit("Block these seats", because="For the director's guests")
    assert "2 seats are blocked." in her.text and "For the director's guests" in her.text
    plan = (await shown_screening(screening.id)).plan
    assert (await free_in(screening.id, plan)).blocked == {"A-1", "A-2"}
    mei = await a_fan("Mei")
    await held(mei, screening, "B-1")
    await her.submit(path, seat=["B-1", "B-2"])
    assert her.status == 409 and "row B, seat 1 is sold, or in somebody's cart." in her.text
    await her.submit(path, seat=["Z-1"])
    assert her.status == 422 and "Please choose seats of this hall." in her.text
    await her.post(path, {"csrf": her.form("/sign-out").fields["csrf"]})
    assert her.status == 422
    await her.get(path)
    await her.submit("Sell what is ticked again", blocked=["A-1"])
    assert "These seats can be sold again." in her.text
    assert (await free_in(screening.id, plan)).blocked == {"A-2"}


async def test_other_prices_count_from_now_on(gu: Producer, lin: Producer) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title, on_sale=True), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await her.get(f"{path}/prices")
    await her.submit(f"{path}/prices", price_1_c0="8", price_2_name="Child", price_2_c0="5")
    assert "These are the prices now." in her.text and "€8.00" in her.text and "€9.00" in her.text
    assert await Price.filter(screening_id=screening.id, state=PriceState.WITHDRAWN).count() == 1
    await her.get(f"{path}/prices")
    await her.submit(f"{path}/prices", price_1_name="", price_1_c0="", price_2_name="", price_2_c0="")
    assert her.status == 422 and "Say what a ticket costs." in her.text


async def test_who_has_tickets_is_found_by_name_seat_and_order_without_an_address(
    site: SiteUnderTest, gu: Producer, lin: Producer
) -> None:
    _venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    screening, her = await with_screening(gu, hall, title, on_sale=True), gu.browser
    path = f"{gu.desk}/screenings/{public(screening.id)}"
    await her.get(f"{path}/people")
    assert "Nobody has a ticket yet" in her.text
    mei, bo = await a_fan("=Mei"), await a_fan("Bo")
    order = await bought(mei, screening, "A-1", "A-2")
    await bought(bo, screening, "B-3")
    for q, found in (("", 3), ("mei", 2), ("b-3", 1), (public(order.id), 2), ("%", 0), ("nobody", 0)):
        await her.get(f"{path}/people?q={q.replace('%', '%25')}")
        assert her.response.text.count("<code>") == found, q
    await her.get(f"{path}/people")
    assert mei.email not in her.response.text and bo.email not in her.response.text
    await her.get(f"{path}/people.csv")
    assert her.response.text.count("\r\n") == 4 and "'=Mei" in her.response.text and "@" not in her.response.text
    await lin.browser.get(f"{lin.desk}/screenings/{public(screening.id)}/people")
    assert lin.browser.status == 404, "producers see numbers, never names"
    await lin.browser.get(f"{lin.desk}/screenings/{public(screening.id)}")
    assert "Bo" not in lin.browser.text.split() and "of 20" in lin.browser.text


# --- whose it is ---


async def test_what_is_another_cinemas_is_as_none_at_all(site: SiteUnderTest, gu: Producer, lin: Producer) -> None:
    venue, hall = await with_hall(gu)
    title, booking = await with_booking(gu, lin)
    screening = await with_screening(gu, hall, title)
    other = await a_cinema_owner(site, "Ho")
    for path in (
        f"venues/{venue.slug}", f"venues/{venue.slug}/content", f"venues/{venue.slug}/halls/{public(hall.id)}",
        f"venues/{venue.slug}/halls/{public(hall.id)}/plan.json", f"bookings/{public(booking.id)}",
        f"screenings/{public(screening.id)}", f"screenings/{public(screening.id)}/content", f"screenings/{public(screening.id)}/seats",
        f"screenings/{public(screening.id)}/people", f"screenings/{public(screening.id)}/preview", f"titles/{public(title.id)}",
        f"screenings/new?title={public(title.id)}&hall={public(hall.id)}",
    ):  # fmt: skip
        await other.browser.get(f"{other.desk}/{path}")
        assert other.browser.status == 404, path
    await lin.browser.get(f"{lin.desk}/screenings/{public(screening.id)}")
    assert lin.browser.status == 200 and "Put it on sale" not in lin.browser.text
    for path in ("content", "prices", "seats", "people", "withdrawal"):
        await lin.browser.get(f"{lin.desk}/screenings/{public(screening.id)}/{path}")
        assert lin.browser.status == 404, path


async def test_a_viewer_looks_only(site: SiteUnderTest, gu: Producer, lin: Producer) -> None:
    venue, hall = await with_hall(gu)
    title, booking = await with_booking(gu, lin)
    screening = await with_screening(gu, hall, title)
    vera = await a_member_of(site, gu, Role.VIEWER, "Vera")
    one = f"screenings/{public(screening.id)}"
    for path in ("", "/venues", f"/venues/{venue.slug}", f"/venues/{venue.slug}/halls/{public(hall.id)}", "/bookings",
                 f"/bookings/{public(booking.id)}", "/screenings", f"/{one}", f"/{one}/preview", f"/{one}/people", "/titles"):  # fmt: skip
        await vera.get(f"{gu.desk}{path}")
        assert vera.status == 200, path
        of_the_site = ("/sign-out", "/language", "/sandbox/clock")
        assert not [form for form in vera.page.forms if form.method == "post" and form.action not in of_the_site]
    for path in (
        "/venues/new",
        f"/{one}/content",
        f"/{one}/prices",
        f"/{one}/seats",
        "/screenings/new",
        "/bookings/new",
    ):
        await vera.get(f"{gu.desk}{path}")
        assert vera.status == 403, path


async def test_bookings_in_the_wrong_order(site: SiteUnderTest, gu: Producer, lin: Producer) -> None:
    her, his = gu.browser, lin.browser
    await his.get(f"{lin.desk}/titles/new")
    await his.submit(f"{lin.desk}/titles", name="Ferry Girl", line="A ferryman's daughter decides who crosses.")
    title = await Title.get(name="Ferry Girl")
    assert title.scene and title.colour.startswith("key--") and "Now offer it to cinemas." in his.text
    await his.get(f"{lin.desk}/bookings/new?title={public(title.id)}&q=theatre")
    assert "Gu Theatre" in his.text
    offer = f"{lin.desk}/bookings/new/{public(title.id)}/{public(gu.organisation.id)}"
    await his.get(offer)
    form = his.form(offer).fields
    await his.submit(offer, note="It opens in March.")
    booking = await Booking.get()
    assert booking.state == BookingState.OFFERED and "Gu Theatre has to answer." in his.text
    await his.post(offer, form)
    assert his.status == 409 and "There is a booking of this title by this cinema already." in his.text
    path = f"bookings/{public(booking.id)}"
    await his.post(f"{lin.desk}/{path}/agreement", form)
    assert his.status == 409 and "It is the other side's turn to answer." in his.text
    await her.get(f"{gu.desk}/{path}")
    await her.submit("Decline", reason=" ")
    assert her.status == 422 and (await Booking.get()).state == BookingState.OFFERED
    kept = her.form(f"{gu.desk}/{path}/agreement").fields
    await her.submit("Decline", reason="All halls are full in March.")
    assert "Declined." in her.text
    assert "All halls are full" in (await site.mails_to(his.person.email))[0].text_body
    await her.post(f"{gu.desk}/{path}/agreement", kept)
    assert her.status == 409 and (await Booking.get()).state == BookingState.DECLINED
    await her.post(f"{gu.desk}/{path}/end", {**kept, "reason": "Not any more."})
    assert her.status == 409
    await her.get(f"{gu.desk}/bookings")
    assert "Past" in her.text and "Declined" in her.text


async def test_who_is_not_verified_neither_asks_nor_offers_nor_is_found(
    site: SiteUnderTest, gu: Producer, lin: Producer
) -> None:
    title, _booking = await with_booking(gu, lin)
    other = await a_cinema_owner(site, "Ho")
    await Organisation.filter(id=other.organisation.id).update(state=OrganisationState.UNVERIFIED)
    ask = f"{other.desk}/bookings/new/{public(title.id)}"
    await other.browser.get(ask)
    await other.browser.submit(ask)
    assert other.browser.status == 409 and "Only a cinema that we have verified can show films." in other.browser.text
    await lin.browser.get(f"{lin.desk}/bookings/new?title={public(title.id)}")
    assert "Ho Theatre" not in lin.browser.text and "Gu Theatre" in lin.browser.text
    await lin.browser.get(f"{lin.desk}/bookings/new/{public(title.id)}/{public(other.organisation.id)}")
    assert lin.browser.status == 404
    await Organisation.filter(id=lin.organisation.id).update(state=OrganisationState.UNVERIFIED)
    await gu.browser.get(f"{gu.desk}/bookings/new")
    assert "River Moon" not in gu.browser.text
    await other.browser.get(ask)
    assert other.browser.status == 404
    third = await a_cinema_owner(site, "Ka")
    offer = f"{lin.desk}/bookings/new/{public(title.id)}/{public(third.organisation.id)}"
    await lin.browser.get(offer)
    await lin.browser.submit(offer)
    assert lin.browser.status == 409 and "we have to know who you are" in lin.browser.text


async def test_a_film_whose_fund_nobody_may_see_is_found_by_nobody(gu: Producer, lin: Producer) -> None:
    await a_draft(lin, name="Secret River")
    await launched(lin, name="Open River")
    await gu.browser.get(f"{gu.desk}/bookings/new?q=river")
    assert "Open River" in gu.browser.text and "Secret River" not in gu.browser.text
    secret = await Title.get(name="Secret River")
    await gu.browser.get(f"{gu.desk}/bookings/new/{public(secret.id)}")
    assert gu.browser.status == 404


async def test_an_evening_of_its_own_needs_nobodys_yes(gu: Producer) -> None:
    her = gu.browser
    await her.get(f"{gu.desk}/titles/new")
    await her.submit(f"{gu.desk}/titles", name="Film club")
    title = await Title.get(name="Film club")
    ask = f"{gu.desk}/bookings/new/{public(title.id)}"
    await her.get(ask)
    await her.submit(ask)
    assert "It is yours: you can put it on now." in her.text
    assert (await Booking.get()).state == BookingState.AGREED


# --- pretix's own example, imported and sold ---


async def test_a_public_example_of_pretix_is_imported_and_sold(
    site: SiteUnderTest, gu: Producer, lin: Producer
) -> None:
    venue, _hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    halls, her = f"{gu.desk}/venues/{venue.slug}/halls", gu.browser
    await her.get(f"{halls}/new")
    file = {"file": ("plan.json", pretix_sample().encode(), "application/json")}
    await her.submit(f"{halls}/preview?from=file", name="Main hall", files=file)
    assert "Read as a seating plan of pretix (JSON)." in her.text and "2 seats in 1 zone" in her.text
    await her.submit(halls)
    hall = await Auditorium.get(name="Main hall")
    await her.get(f"{gu.desk}/screenings/new?title={public(title.id)}&hall={public(hall.id)}")
    await her.submit(
        f"{gu.desk}/screenings", first_day=day_in(4), times="20:00", price_1_name="Full", price_1_c0="15", fee="1"
    )
    await her.submit("Put it on sale")
    screening = await Screening.get()
    mei = await a_fan("Mei")
    placed = await ordered(mei, await held(mei, screening, "0-0", "0-1"), "0-0", "0-1")
    assert (await paid(placed.id)).state == "paid"
    await her.get(f"{gu.desk}/screenings/{public(screening.id)}/people")
    assert "Main Area, row 0, seat 0-1" in her.text and her.response.text.count("<code>") == 2
    assert (await Screening.get(id=screening.id)).sold == 2


async def test_names_can_be_mended(gu: Producer, lin: Producer) -> None:
    venue, hall = await with_hall(gu)
    title, _booking = await with_booking(gu, lin)
    path = f"{gu.desk}/venues/{venue.slug}/halls/{public(hall.id)}"
    await gu.browser.get(path)
    await gu.browser.submit("Rename", name="Blue Hall")
    assert "Saved." in gu.browser.text and (await Auditorium.get()).name == "Blue Hall"
    await lin.browser.get(f"{lin.desk}/titles/{public(title.id)}")
    await lin.browser.submit("Rename", name="River Moons")
    assert (await Title.get(id=title.id)).name == "River Moons"
    await with_screening(gu, hall, title, on_sale=True)
    await lin.browser.submit("Rename", name="River Stars")
    assert lin.browser.status == 409 and "the name stays" in lin.browser.text
    await gu.browser.get(f"{gu.desk}/venues/{venue.slug}/content")
    await gu.browser.submit("Save", zone="Europe/Berlin")
    assert gu.browser.status == 409 and "The time zone stays while something is on sale here." in gu.browser.text
    await gu.browser.submit("Save", zone="Asia/Shanghai", city="Suzhou")
    assert "Saved." in gu.browser.text and (await Venue.get()).city == "Suzhou"


# --- what nobody means well ---


@pytest.mark.landing
async def test_nothing_that_is_typed_anywhere_breaks_a_page(gu: Producer, lin: Producer, long: bool) -> None:
    """Every field of every form of the desk with everything nasty: taken or refused in a page, never broken."""
    venue, hall = await with_hall(gu)
    title, booking = await with_booking(gu, lin)
    draft, sold = await with_screening(gu, hall, title), await with_screening(gu, hall, title, days=20, on_sale=True)
    desk, one = gu.desk, f"{gu.desk}/screenings/{public(draft.id)}"
    pages = {
        f"{desk}/venues/new": f"{desk}/venues", f"{desk}/venues/{venue.slug}/content": f"{desk}/venues/{venue.slug}/content",
        f"{desk}/venues/{venue.slug}/halls/new": f"{desk}/venues/{venue.slug}/halls/preview",
        f"{desk}/titles/new": f"{desk}/titles", f"{one}/content": f"{one}/content", f"{one}/prices": f"{one}/prices",
        f"{desk}/screenings/new?title={public(title.id)}&hall={public(hall.id)}": f"{desk}/screenings",
        f"{desk}/screenings/{public(sold.id)}/seats": f"{desk}/screenings/{public(sold.id)}/seats",
        f"{desk}/bookings/{public(booking.id)}": f"{desk}/bookings/{public(booking.id)}/end",
    }  # fmt: skip
    her, values = gu.browser, NASTY if long else [*NASTY[::6], "\x00", "\ud800", "9" * 400]
    for page, action in pages.items():
        await her.get(page)
        good = her.form(action).fields
        for number, nasty in enumerate(values):
            forget_tries()
            sent = {
                name: values if name == "csrf" else [nasty.encode("utf-8", "replace").decode()]
                for name, values in good.items()
            }
            only = [name for name in good if name != "csrf"][number % max(1, len(good) - 1)]
            for wish in (sent, {**good, only: sent[only]}):
                await her.post(action, wish, follow=False)
                assert her.status < 500, (action, nasty[:40], her.response.text[:500])
    for number, nasty in enumerate(values):
        forget_tries()
        for query in (
            "screenings?from",
            "bookings/new?q",
            f"screenings/{public(sold.id)}/people?q",
            "screenings/new?title",
        ):
            await her.get(f"{desk}/{query}={quote(nasty[:500].encode('utf-8', 'replace'))}", follow=False)
            assert her.status < 500, (query, nasty[:40])
        content = nasty.encode("utf-8", "surrogatepass") * (1 + number % 2)
        await her.get(f"{desk}/venues/{venue.slug}/halls/new")
        form = f"{desk}/venues/{venue.slug}/halls/preview?from=file"
        await her.submit(form, name="Hall 9", files={"file": ("x", content or b" ", "text/csv")}, follow=False)
        assert her.status == 422, nasty[:40]
