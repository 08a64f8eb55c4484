"""What happens to an application: written, sent with samples, looked at, answered with a reason, or left to its clock."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.campaigns.actions import NotReady
from crowdfund.campaigns.rules import Missing
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.database.once import once
from crowdfund.merch.applications import queries
from crowdfund.merch.applications.models import (
    LIVE,
    MOVES,
    WAITING,
    Application,
    ApplicationEvent,
    ApplicationImage,
    ApplicationState,
)
from crowdfund.merch.applications.rules import (
    SAMPLES_MAX,
    ApplicationOver,
    AppliedAlready,
    NoSuchApplication,
    Pitch,
    TooManySamples,
    next_answer_by,
    refuse_pitch,
    refuse_product,
    stands,
    what_is_missing,
)
from crowdfund.merch.licences.actions import offer_licence
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.licences.terms import Terms
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Image, Organisation, OrganisationKind
from crowdfund.refusal import Invalid, NotAllowed, NotFound
from crowdfund.titles.models import Title

S = ApplicationState


class ShopStopped(NotAllowed):
    pass


class NotADraft(AppliedAlready):
    """It was sent: what it says stays."""


# --- writing it ---


@atomic
async def make_application(
    product: OnscreenProduct, shop: Organisation, pitch: Pitch, *, by: int, key: str
) -> Application:
    """A new draft, or the one that this key made. Raises Invalid, NotOpen, AppliedAlready, ShopStopped, KeyUsedForAnother."""

    async def make() -> int:
        return (await _make(product.id, shop.id, pitch, by=by)).id

    return await Application.get(id=await once(by, f"application:{key}", [product.id, shop.id, asdict(pitch)], make))


async def _make(product_id: int, shop_id: int, pitch: Pitch, *, by: int) -> Application:
    await _refuse_applicant(shop_id)
    product = await OnscreenProduct.get(id=product_id)
    refuse_product(product.state)
    refuse_pitch(pitch)
    if await Application.exists(product_id=product_id, organisation_id=shop_id, state__in=list(LIVE)):
        raise AppliedAlready("You have an application for this under way already.")
    try:
        application = await Application.create(
            id=new_id(), product_id=product_id, organisation_id=shop_id, person_id=by, state=S.DRAFT, made_at=clock.now(),
            **asdict(pitch),
        )  # fmt: skip
    except IntegrityError as error:
        raise AppliedAlready("You have an application for this under way already.") from error
    await begin(application, because="begun", by=by, events=ApplicationEvent)
    return application


async def _refuse_applicant(shop_id: int) -> None:
    shop = await Organisation.get(id=shop_id)
    if shop.kind != OrganisationKind.SHOP:
        raise NotAllowed("Only shops apply to make something.")
    if shop.state in ("suspended", "declined"):
        raise ShopStopped("Your shop is stopped at present, so it can't apply. Please write to us.")


@atomic
async def change_application(application_id: int, pitch: Pitch) -> Application:
    """Write a draft anew. Raises NotADraft, Invalid."""
    application = await _draft(application_id)
    refuse_pitch(pitch)
    await Application.filter(id=application.id).update(**asdict(pitch))
    return await Application.get(id=application.id)


@atomic
async def add_sample(application_id: int, image_id: int, *, alt: str, by: int) -> None:
    """A picture of something that the shop has made, with what it shows in words. image_id: of a row that `by` has made.

    Raises NotADraft, TooManySamples, NotFound.
    """
    application = await _draft(application_id)
    if not await Image.filter(id=image_id, person_id=by).update(alt=alt):
        raise NotFound("There is no such picture.")
    if await ApplicationImage.exists(image_id=image_id):  # the same form came again
        return
    samples = await queries.samples_of(application.id)
    if len(samples) >= SAMPLES_MAX:
        raise TooManySamples("At most {most} pictures. Take one away first.", field="image", most=SAMPLES_MAX)
    position = 1 + max((one.position for one in samples), default=0)
    await ApplicationImage.create(image_id=image_id, application_id=application.id, position=position, alt=alt)


@atomic
async def drop_sample(application_id: int, image_id: int) -> None:
    """Take one away again; the file goes with the pictures that nothing shows. Raises NotADraft."""
    application = await _draft(application_id)
    await ApplicationImage.filter(application_id=application.id, image_id=image_id).delete()


async def missing_in(application: Application) -> list[Missing]:
    """What keeps a draft from being sent."""
    found = what_is_missing(application.pitch, len(await queries.samples_of(application.id)))
    return [Missing("pitch" if "sentences" in one.text else "image", one.text, one.values) for one in found]


@atomic
async def submit_application(application_id: int, *, by: int) -> Application:
    """Send it; the studio has so many days. Raises NotADraft, NotReady, NotOpen, ShopStopped."""
    application = await _draft(application_id)
    await _refuse_applicant(application.organisation_id)
    refuse_product((await OnscreenProduct.get(id=application.product_id)).state)
    if missing := await missing_in(application):
        raise NotReady(missing)
    await _move(application, S.SUBMITTED, "sent", by, answer_by=next_answer_by(clock.now()))
    await _letter("application_submitted", application)
    return application


@atomic
async def withdraw_application(application_id: int, reason: str, *, by: int) -> Application:
    """The shop takes it back. Raises ApplicationOver, MoveRefused."""
    application = await _live(application_id)
    was_sent = application.state != S.DRAFT
    await _move(application, S.WITHDRAWN, reason or "withdrawn", by)
    if was_sent:
        await _letter("application_withdrawn", application)
    return application


# --- the studio ---


@atomic
async def shortlist_application(application_id: int, words: str, *, by: int) -> Application:
    """It is among those that could be it; the clock begins anew. Raises ApplicationOver, MoveRefused."""
    application = await _live(application_id)
    await _move(application, S.SHORTLISTED, words, by, answer_by=next_answer_by(clock.now()))
    await _letter("application_shortlisted", application)
    return application


@atomic
async def ask_for_sample(application_id: int, words: str, *, by: int) -> Application:
    """The studio would like to hold one: it says what and where to. The clock begins anew. Raises ApplicationOver, MoveRefused."""
    application = await _live(application_id)
    await _move(application, S.SAMPLE_REQUESTED, words, by, answer_by=next_answer_by(clock.now()))
    await _letter("application_sample_requested", application)
    return application


@atomic
async def decline_application(application_id: int, reason: str, *, by: int) -> Application:
    """No, and why. Raises ApplicationOver, MoveRefused."""
    application = await _live(application_id)
    await _move(application, S.DECLINED, reason, by, reason=reason)
    await _letter("application_declined", application)
    return application


@atomic
async def accept_application(application_id: int, terms: Terms, *, by: int, key: str) -> Licence:
    """Yes: a licence is offered with it, on these terms. The same key answers the same licence.

    Raises ApplicationOver, MoveRefused, Invalid, NotCleared, LicenceClashes.
    """
    application = await Application.get(id=application_id)
    product = await OnscreenProduct.get(id=application.product_id)
    if product.id not in terms.product_ids:
        raise Invalid("The licence has to be for what was applied for, too.", field="products")
    if application.state != S.ACCEPTED:  # else the form came again
        application = await _live(application_id)
        await _move(application, S.ACCEPTED, "accepted", by)
    title = await Title.get(id=product.title_id)
    shop = await Organisation.get(id=application.organisation_id)
    return await offer_licence(title, shop, terms, by=by, key=key, application_id=application.id)


# --- by the clock ---


@atomic
async def expire_application(application_id: int) -> bool:
    """Nobody answered in time: write that down. Gives whether it moved."""
    await queries.lock_application(application_id)
    application = await Application.get(id=application_id)
    if application.state not in WAITING or stands(application.state, application.answer_by, clock.now()) != S.EXPIRED:
        return False
    await _move(application, S.EXPIRED, "nobody answered in time", None)
    await _letter("application_expired", application)
    return True


# --- what all of them do ---


async def _locked(application_id: int) -> Application:
    if not await queries.lock_application(application_id):
        raise NoSuchApplication("There is no such application.")
    return await Application.get(id=application_id)


async def _draft(application_id: int) -> Application:
    application = await _locked(application_id)
    if application.state != S.DRAFT:
        raise NotADraft("It was sent: what it says stays as it is.")
    return application


async def _live(application_id: int) -> Application:
    """One whose time has not run out. Raises ApplicationOver."""
    application = await _locked(application_id)
    if stands(application.state, application.answer_by, clock.now()) == S.EXPIRED:
        raise ApplicationOver("The time to answer has run out: this application has expired.")
    return application


async def _move(application: Application, to: ApplicationState, because: str, by: int | None, **changes: Any) -> None:
    await move(application, to, moves=MOVES, because=because, by=by, events=ApplicationEvent, **changes)


async def _letter(kind: str, application: Application) -> None:
    """Ask for a letter to each side; `kind` is the name of its job, which knows which of them it is for."""
    event = await ApplicationEvent.filter(application_id=application.id).order_by("-id").first()
    product = await OnscreenProduct.get(id=application.product_id)
    title = await Title.get(id=product.title_id)
    number = event.id if event else 0
    await outbox.enqueue_many([
        (kind, {"application": application.id, "event": number, "to": side}, f"{kind}:{number}:{side}")
        for side in (application.organisation_id, title.organisation_id)
    ])  # fmt: skip


async def application_of_side(organisation_id: int, application_id: int) -> tuple[Application, OnscreenProduct, Title]:
    """One that this shop wrote, or that was sent to this studio. Raises NoSuchApplication for others' as for none."""
    application = await Application.get_or_none(id=application_id)
    if application is not None:
        product = await OnscreenProduct.get(id=application.product_id)
        title = await Title.get(id=product.title_id)
        was_sent = application.answer_by is not None
        if application.organisation_id == organisation_id or (was_sent and title.organisation_id == organisation_id):
            return application, product, title
    raise NoSuchApplication("There is no such application.")
