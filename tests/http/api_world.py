"""A world for the tests of the API's doors: a thing of each kind, and a body for each call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.boxoffice.versions import DealContent, draft_deal
from crowdfund.campaigns import gallery
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.models import Campaign
from crowdfund.community.polls.models import Candidate
from crowdfund.community.talk import actions as talk
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.disputes.models import Dispute
from crowdfund.merch.listings.models import ShippingZone
from crowdfund.merch.listings.stopping import report_listing
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.screen import masters
from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.orders import asking
from crowdfund.payments.models import Charge
from crowdfund.people.models import Organisation, StaffRole
from crowdfund.people.pictures import keep_image
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleaseRequest
from crowdfund.pledges.transfers.models import Outcome
from crowdfund.screenings import bookings, programme
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.web.openapi import operations, scope_of
from crowdfund.web.routes import Route
from tests.boxoffice import EVEN
from tests.cinema import a_screening, a_title, held, ordered
from tests.door import a_pass
from tests.http.campaign_world import STORY, Producer, a_picture, a_producer, submitted
from tests.http.conftest import SiteUnderTest, forget_tries
from tests.http.desk_world import with_hall, with_screening
from tests.http.draw_world import a_drafted_draw
from tests.http.goods_world import what_is_sold
from tests.http.program import Program, code_of, program_of
from tests.listings import a_listing
from tests.polls import a_draft_poll
from tests.screen import a_master, a_product, a_scene, an_appearance, published
from tests.transfers import a_document, a_recipient
from tests.world import Fan, a_campaign, a_card, a_sale, a_tier, pledged

NEEDED = {
    "email": "lin@example.com", "alt": "A boat", "currency": "EUR", "start_ms": "0", "end_ms": "1000", "picture": "0" * 13,
}  # fmt: skip
REASON = {"reason": "Long enough a reason."}
BECAUSE = {"because": "Long enough a reason."}
ABOUT = {
    "name": "Hafen Youth",
    "about": "Two hundred children and eleven coaches on one pitch; nobody pays to play.",
    "report_days": 90,
}
PRICE = {"category": "usual", "name": "Full", "price_minor": 10_00}
TERMS = {"length_minutes": 120, "sale_opens_at": "2030-01-01T00:00:00Z", "currency": "EUR", "prices": [PRICE]}
# A body for each model that could be taken: what is refused then is refused for another reason.
BODIES: dict[str, Any] = {
    "ListingIn": {"name": "Pearls", "match": "inspired", "ships_within_days": 5}, "VariantsIn": {"variants": [{"price_minor": 45_00}]},
    "ZoneIn": {"name": "World", "countries": ["*"], "currency": "EUR", "first_minor": 0, "days_min": 1, "days_max": 9},
    "DoubtIn": {"words": "Are these real pearls?"}, "StopIn": {"reason": "They are not pearls."},
    "DoubtAnswerIn": {"answer": "They are real pearls.", "decision": "fine"},
    "ReviewIn": {"stars": 5}, "CarrierIn": {"carrier": "SF Express"}, "WordsIn": {"words": "Thank you."},
    "ConsentIn": {"version": 1}, "ReturnAnswerIn": {"agrees": True},
    "RunCallOffIn": REASON, "DiaryIn": {"words": "The first ten are turned."}, "ShopIn": {}, "AwayIn": {},
    "ParcelIn": {"state": "delivered"}, "RunQuoteIn": {"quantity": 1, "country": "US"},
    "RunOrderIn": {"quantity": 1, "country": "US", "name": "Mei", "address": ["1 Main Street"], "total_minor": 1},
    "MeIn": {"name": "Mei"}, "OrganisationIn": {"kind": "studio", "name": "Lanting", "country": "CN"},
    "ProfileIn": {"name": "Lanting"}, "InvitationIn": {"email": "x@y.example", "role": "viewer"}, "RoleIn": {"role": "viewer"},
    "ReasonIn": REASON, "ContentIn": {"name": "River Moon"}, "TierIn": {"name": "Two seats", "price_minor": 25_00},
    "ScheduleIn": {"closes_at": "2040-01-01T00:00:00Z"}, "UpdateIn": {"title": "A boat", "body": "She is called Heron."},
    "PageIn": {"story": STORY}, "CancelIn": REASON, "AnswerIn": {"answer": "Her uncle."}, "RemarkIn": {"text": "Who owns it?"},
    "VerdictIn": {"verdict": "approved"}, "AmendIn": {"amount_minor": 30_00}, "CardSetupIn": {"consent_text": "I agree."},
    "AddressIn": {"recipient": "Mei", "address": "1 River Road", "country": "China"}, "DispatchIn": {"tracking": "RM 1"},
    "RefundIn": REASON, "PaidAnotherWayIn": REASON, "SaleIn": {"name": "Summer", "currency": "EUR", "amount_per_fan_max_minor": 100_00},
    "PollIn": {"question": "Who plays Lin?"},
    "CandidateIn": {"name": "Ava Stone"}, "DecisionIn": {"reason": "She rows like nobody else."}, "VoteCardIn": {"consent_text": "Yes."},
    "CommentIn": {"text": "I love rivers."}, "ReplyIn": {"text": "So do I."}, "WordingIn": {"text": "I love big rivers."},
    "ReportIn": {"reason": "spam"}, "NamesIn": {"names": ["Wen"]}, "ModerationIn": REASON, "BarIn": {**REASON, "days": 3},
    "EvidenceIn": {"evidence": "She agreed, and it was sent to her. " * 2}, "CancelDrawIn": REASON, "ResultIn": {},
    "AcceptIn": {"contact_name": "Mei", "contact": "mei@example.com"},
    "DrawIn": {"title": "A day", "about": "On the boat, all day.", "place": "The river", "places": 1, "entries_min": 1,
               "closes_at": "2040-01-01T00:00:00Z", "answer_by": "2040-02-01T00:00:00Z", "happens_at": "2040-03-01T00:00:00Z"},
    "PlanIn": {"milestones": []}, "ReleaseObjectionIn": {"text": "Nobody was seen shooting there."},
    "ReleaseAnswerIn": {"answer": "We shot at night."}, "MilestoneReasonIn": BECAUSE, "BecauseIn": BECAUSE,
    "RecipientIn": {**ABOUT, "kind": "academy"}, "AboutIn": ABOUT, "OfferIn": {**BECAUSE, "state": "withdrawn"},
    "VenueIn": {"name": "Grand Theatre", "address": "20 Huanghe Road", "city": "Shanghai", "country": "CN", "zone": "Asia/Shanghai"},
    "SeatsIn": {"name": "Hall 2", "numbers": {"rows": 4, "seats_a_row": 5}}, "HallNameIn": {"name": "Hall 2"}, "TitleIn": {"name": "Ferry"},
    "TitleNameIn": {"name": "Ferry"}, "BookingNoteIn": {}, "BookingReasonIn": REASON, "PricesIn": {"prices": [PRICE]},
    "DraftIn": {**TERMS, "starts_at": "2040-01-02T20:00:00Z"}, "BlockedIn": {"seats": ["A-1"]}, "ReleasedIn": {"seats": ["A-1"]},
    "ObjectionIn": {"text": "He was seen at another club."}, "ChoiceIn": {"choice": "refund"},
    "ExampleIn": {"terms": EVEN, "price_minor": 10_00, "tickets": 3}, "DoorCountIn": {"counted": 3},
    "TicketRefundIn": {"ticket": "0123456789", "reason": "The sound broke."},
    "TransferIn": {"sub_type": "squad_budget", "stack": {"transfer_fee_minor": 100_00}}, "TakeBackIn": BECAUSE,
    "HoldIn": {"seats": ["A-1"]}, "BestIn": {"seats": 2}, "GiftIn": {"email": "bo@example.com"},
    "MasterIn": {"fps": "25", "duration_ms": 5_400_000}, "CaptionsIn": {"text": ""},
    "CutIn": {"name": "TV", "pieces": [{"from_ms": 0, "to_ms": 60_000, "delta_ms": 0}]},
    "SceneIn": {"code": "S9", "start_ms": 0, "end_ms": 1_000}, "OnscreenProductIn": {"kind": "prop", "name": "Fan"},
    "ClearancesIn": {"design": "Mo Chen"}, "ListIn": {"text": "product,start,end\nLamp,0,5\n"}, "PublishIn": {},
    "PassIn": {"gate": "West"}, "ScansIn": {"scans": [{"nonce": "0123456789abcdef", "shown": "PT1."}]},
}  # fmt: skip


def routes() -> list[Route]:
    return [route for route in operations(ROUTES) if scope_of(route)]


def body_for(route: Route, known: dict[str, str]) -> Any:
    if route.takes is None:
        return None
    name = route.takes.__name__
    if name == "CampaignIn":
        return {"organisation": known["organisation"], "name": "River Moon", "currency": "EUR"}
    if name == "PledgesIn":
        return {"pledges": [{"campaign": known["campaign"], "amount_minor": 25_00, "currency": "EUR"}]}
    if name in ("DealVersionIn", "SideIn"):
        return {"organisation": known["organisation"]} | ({"terms": EVEN} if name == "DealVersionIn" else {})
    words, document = "All scenes are shot, you see.", known["document"]
    of_things = {
        "ReleaseIn": {"words": words, "documents": [document]}, "DealIn": {"words": words, "document": document},
        "OrderIn": {"hold": known["hold"], "lines": [{"place": "A-1", "price": known["hold"]}], "total_minor": 11_00},
        "SendBackIn": {"tickets": [known["ticket"]], "back_minor": 0},
        "HolderAnswerIn": {"tickets": [known["ticket"]], "answer": "money_back"},
        "OutcomeIn": {"words": words, "document": document, "kind": "collapsed"},
        "SignatureIn": {"name": "Jens Hansen, board", "document": document},
        "CharityIn": {**ABOUT, "organisation": known["organisation"]}, "UseIn": {"fund": known["campaign"], "body": words * 2},
        "ExpenseIn": {"line": None, "amount_minor": 1_00, "payee": "A carpenter", "spent_on": "2026-11-01", "words": words,
            "receipt": document},
    }  # fmt: skip
    lines = [{"line": known["line"], "quantity": 1}]
    buys = {
        "currency": "EUR",
        "country": "US",
        "lines": [{"variant": known["variant"], "quantity": 1, "price_minor": 45_00}],
    }
    terms = {
        "products": [known["product"]],
        "countries": ["*"],
        "royalty_bps": 800,
        "currency": "EUR",
        "sell_off_days": 0,
        "report_months": 3,
        "starts_at": "2040-01-01T00:00:00Z",
        "ends_at": "2041-01-01T00:00:00Z",
    }
    of_things |= {
        "CallOffIn": {"lines": lines}, "CountIn": {"lines": lines}, "ReturnIn": {"lines": lines, "reason": "changed_mind"},
        "CantMakeItIn": {"lines": lines, **REASON}, "SendIn": {"lines": lines, "carrier": "SF Express"},
        "QuoteIn": buys, "PurchaseIn": {**buys, "name": "Mei", "address": ["1 Main Street"], "total_minor": 45_00},
        "ApplicationIn": {"product": known["product"], "price_minor": 45_00, "currency": "EUR", "units": 10, "ships_within_days": 5,
            "pitch": "Made by hand."},
        "TermsIn": terms, "LicenceOfferIn": {**terms, "title": known["title"], "shop": known["organisation"]},
        "RunIn": {"variant": known["variant"], "minimum_units": 3, "price_minor": 45_00, "closes_at": "2040-01-01T00:00:00Z",
            "ships_by": "2040-03-01T00:00:00Z"},
        "NewListingIn": {**BODIES["ListingIn"], "product": known["product"], "currency": "EUR"},
        "StockIn": {"counts": [{"variant": known["variant"], "change": 1}]},
        "AppearanceIn": {"product": known["product"], "start_ms": 0, "end_ms": 1_000},
        "BookingIn": {"title": known["title"]}, "SeveralIn": {"screenings": [known["screening"]]},
        "ScreeningsIn": {**TERMS, "title": known["title"], "hall": known["hall"], "starts_at": ["2040-01-01T20:00:00Z"]},
    }  # fmt: skip
    if name in of_things:
        return of_things[name]
    if name in ("CardIn", "JoinIn", "VoteIn"):
        return {field: known[field] for field in route.takes.model_fields}
    return BODIES[name]


def path_with(route: Route, ids: dict[str, str]) -> str:
    """Where a route is for these things. An order is one of tickets, or of goods."""
    is_of_goods = route.path.startswith(("/api/v1/goods-orders/", "/api/v1/sales/"))
    return route.path_format.removeprefix("/api/v1").format(
        **({**ids, "order": ids["goods_order"]} if is_of_goods else ids)
    )


async def call(
    program: Program, route: Route, known: dict[str, str], *, key: str = "key", path_of: dict[str, str] | None = None
) -> tuple[int, str]:
    """Use a route; gives the status and, of an error, the code. path_of: ids for the path alone."""
    forget_tries()
    path = path_with(route, path_of or known)
    needed = [f"{one.name}={NEEDED[one.name]}" for one in route.filters if one.needed]
    path += f"?{'&'.join(needed)}" if needed else ""
    if route.method == "GET":
        answer = await program.get(path)
    elif route.picture:
        answer = await program.post(path, key=key, content=a_picture(), headers={"content-type": "image/png"})
    elif route.video:
        answer = await program.post(path, key=key, content=b"no film", headers={"content-type": "video/mp4"})
    else:
        answer = await program.post(path, body_for(route, known), key=key)
    return (answer.status_code, "") if answer.status_code < 400 else code_of(answer)


@dataclass
class World:
    """Lin owns a studio with a fund under review and an open one, which Mei backs; a bank disputes her payment."""

    lin: Program
    mei: Program
    known: dict[str, str]


@pytest.fixture
async def world(site: SiteUnderTest) -> World:
    lin = await a_producer(site)
    mei = (await site.signed_up("Mei")).person
    fan = Fan(mei.id, mei.email)
    card_id = await a_card(fan)
    review = await submitted(lin)
    campaign = await a_campaign(studio_id=lin.organisation.id, name="Open")
    tier_id = await a_tier(campaign, ships="post")
    pledge = await pledged(fan, campaign, tier_id=tier_id)
    remark_path = f"/staff/campaigns/{public(review.id)}/remarks"
    admin = await program_of(site, (await site.signed_up("Root", staff=StaffRole.ADMIN)).person)
    remark = await admin.make(remark_path, {"text": "Who owns the boat?"})
    charge = await Charge.create(
        id=new_id(), subject=f"pledge:{pledge.id}", held_for=f"campaign:{campaign.id}", campaign_id=campaign.id, person_id=mei.id,
        card_id=card_id, attempt=1, key="k", amount_minor=25_00, currency="EUR", state="declined", made_at=clock.now(), sent_at=clock.now(),
    )  # fmt: skip
    dispute = await Dispute.create(
        id=new_id(), stripe_dispute_id="du_1", charge_id=charge.id, pledge_id=pledge.id, campaign_id=campaign.id,
        amount_minor=25_00, currency="EUR", reason="fraudulent", state="needs_response", made_at=clock.now(),
    )  # fmt: skip
    picture_id = new_id()
    await keep_image(picture_id, 320, 180, by=lin.id)
    await gallery.add_picture(campaign.id, picture_id, alt="A boat", by=lin.id)
    poll = await a_draft_poll(campaign, by=lin.id)
    comment_id = await talk.say_once(campaign.id, talk.Wish("I love rivers."), by=mei.id, key="a comment")
    document_id, now = await a_document(lin.id), clock.now()
    outcome = await Outcome.create(
        id=new_id(), campaign_id=campaign.id, kind="collapsed", state="filed", words="He stays.", document_id=document_id,
        filed_by_id=lin.id, filed_at=now, objections_until=now,
    )  # fmt: skip
    milestone_id, request_id, objection_id = await a_milestone_asked_for(review, lin.id, mei.id)
    bought_by_mei, shown_there = await what_mei_bought(fan), await a_screening_of(lin)
    screening = await Screening.get(id=shown_there["screening"])
    on_screen = await what_is_on_screen(shown_there["title"])
    listed = await what_is_listed(lin.organisation.id, on_screen["product"], mei.id)
    sold = await what_is_sold(lin.organisation.id, on_screen["product"], listed["listing"], Fan(lin.id, ""), fan)
    ids = {
        **listed, **sold, **bought_by_mei, **shown_there, **on_screen,
        "pass": (await a_pass(screening, by=Fan(lin.id, ""))).id,
        "poll": poll.id, "candidate": (await Candidate.filter(poll_id=poll.id))[0].id,
        "milestone": milestone_id, "request": request_id, "objection": objection_id, "document": document_id,
        "outcome": outcome.id, "expense": new_id(), "recipient": (await a_recipient(lin.organisation.id)).id,
        "organisation": lin.organisation.id, "campaign": campaign.id, "tier": tier_id, "pledge": pledge.id, "card": card_id,
        "dispute": dispute.id, "person": lin.id, "refund": new_id(), "picture": picture_id, "comment": comment_id,
        "sale": await a_sale(amount_per_fan_max_minor=100_00), "draw": (await a_drafted_draw(campaign, by=lin.id)).id,
    }  # fmt: skip
    known = {name: public(number) for name, number in ids.items()} | {"remark": remark["id"], "currency": "EUR"}
    return World(await program_of(site, lin.browser.person), await program_of(site, mei), known)


async def what_mei_bought(mei: Fan) -> dict[str, int]:
    """A ticket of hers that nothing has to be paid for, and what she is asked since its screening was cancelled."""
    screening = await a_screening(price_minor=0, fee_minor=0)
    kept = await held(mei, screening, "A-1")
    order = await ordered(mei, kept, "A-1")
    ticket = await Ticket.get(order_id=order.id)
    asked = await asking.cancel_screening(screening.id, "The projector burned.", by=mei.id)
    assert asked is not None
    return {"hold": kept.id, "order": order.id, "ticket": ticket.id, "asking": asked.id}


async def a_screening_of(owner: Producer) -> dict[str, int]:
    """A screening on sale of their own film, as if they were a cinema too: whose it is is asked, never what kind they are."""
    title, organisation_id = await a_title(owner.organisation.id), owner.organisation.id
    await Organisation.filter(id=organisation_id).update(kind="cinema")
    owner = Producer(owner.browser, await Organisation.get(id=organisation_id))
    venue, hall = await with_hall(owner)
    booking = await bookings.ask_booking(title, owner.organisation, "", by=owner.id)
    screening = await with_screening(owner, hall, title)
    await programme.put_on_sale(screening.id, by=owner.id)
    await Organisation.filter(id=organisation_id).update(kind="studio")
    deal = await draft_deal(booking.id, DealContent(EVEN, {}), side=organisation_id, by=owner.id)
    return {
        "deal": deal.id,
        "venue": venue.id,
        "hall": hall.id,
        "title": title.id,
        "booking": booking.id,
        "screening": screening.id,
    }


async def what_is_on_screen(title_id: int) -> dict[str, int]:
    """A published film: a product in a scene, and another cut."""
    await a_master(title_id)
    scene, product = await a_scene(title_id), await a_product(title_id, is_open=True)
    seen = await an_appearance(product, scene_id=scene.id)
    revision = await published(title_id)
    cut = await masters.keep_cut(title_id, "Airline", [Offset(0, 60_000, 0)], by=revision.by_person_id)
    preview = await Preview.create(
        id=new_id(), product_id=product.id, kind=PreviewKind.CROP, start_ms=0, end_ms=0, file="crop.png", media_type="image/png",
        by_person_id=revision.by_person_id, made_at=clock.now(),
    )  # fmt: skip
    there = {
        "scene": scene,
        "product": product,
        "appearance": seen,
        "revision": revision,
        "cut": cut,
        "preview": preview,
    }
    return {name: one.id for name, one in there.items()}


async def what_is_listed(organisation_id: int, product_id: int, fan_id: int) -> dict[str, int]:
    """Something on sale, where it is sent, and who doubts it."""
    shop, product = await Organisation.get(id=organisation_id), await OnscreenProduct.get(id=product_id)
    listing, variant = await a_listing(shop, product)
    report, _news = await report_listing(listing.id, "Are these real pearls?", by=fan_id)
    zone = await ShippingZone.get(organisation_id=organisation_id)
    return {"listing": listing.id, "variant": variant.id, "report": report.id, "zone": zone.id}


async def a_milestone_asked_for(campaign: Campaign, by: int, objects: int) -> tuple[int, int, int]:
    """A milestone, the request for it, and an objection to that."""
    milestone = await Milestone.create(
        id=new_id(), campaign_id=campaign.id, position=0, title="The shoot", evidence="The rushes.", expected_on="2040-01",
        share_bps=10_000, state="requested", amount_minor=0,
    )  # fmt: skip
    now = clock.now()
    request = await ReleaseRequest.create(
        id=new_id(), milestone_id=milestone.id, campaign_id=campaign.id, words="Shot.", filed_by_id=by, filed_at=now,
        objections_until=now, backers=1, pauses_at=1,
    )  # fmt: skip
    objection = await ReleaseObjection.create(
        id=new_id(), request_id=request.id, person_id=objects, text="No.", made_at=now
    )
    return milestone.id, request.id, objection.id
