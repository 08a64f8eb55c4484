"""To shops and studios: what was asked for, what was answered, what was offered, and what became of a licence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter
from crowdfund.letters.teams import tell_organisation
from crowdfund.merch.applications.models import Application, ApplicationEvent
from crowdfund.merch.licences.models import Licence, LicenceEvent
from crowdfund.merch.licences.queries import products_of
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from crowdfund.web.formats import day, moment_text, rate
from crowdfund.web.i18n import _

Words = Callable[[dict[str, str]], tuple[str, list[str], str]]  # subject, paragraphs, words of the button


# --- applications ---


def _sent(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("%(shop)s would like to make %(product)s") % facts,
        [
            _("%(shop)s applies to make %(product)s of %(film)s, and shows what it has made.") % facts,
            _("Answer by %(until)s: then the application expires.") % facts,
        ],
        _("Look at it"),
    )


def _taken_back(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("%(shop)s has taken its application for %(product)s back.") % facts
    return _("Taken back: %(product)s") % facts, [sentence], _("Look at it")


def _shortlisted(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("You are on the shortlist: %(product)s") % facts,
        [
            _("%(studio)s has put you on the shortlist for %(product)s of %(film)s.") % facts,
            facts["because"],
            _("You hear more by %(until)s.") % facts,
        ],
        _("Look at it"),
    )


def _sample(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("%(studio)s would like a sample: %(product)s") % facts,
        [
            _("%(studio)s would like to hold one of your pieces before it decides about %(product)s.") % facts,
            facts["because"],
            _("You hear more by %(until)s.") % facts,
        ],
        _("Look at it"),
    )


def _declined(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("%(studio)s has decided against your application for %(product)s, and says why:") % facts
    return _("Declined: %(product)s") % facts, [sentence, facts["because"]], _("Other things to make")


def _expired(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("Not answered in time: %(product)s") % facts,
        [
            _("The application of %(shop)s for %(product)s has expired: nobody answered it in time.") % facts,
            _("The shop may apply again as long as the product is open."),
        ],
        _("Look at it"),
    )


# The words, and who reads them: shop, studio, or both.
_APPLICATIONS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "application_submitted": (_sent, ("studio",)),
    "application_withdrawn": (_taken_back, ("studio",)),
    "application_shortlisted": (_shortlisted, ("shop",)),
    "application_sample_requested": (_sample, ("shop",)),
    "application_declined": (_declined, ("shop",)),
    "application_expired": (_expired, ("shop", "studio")),
}


def _about_application(kind: str) -> Job:
    words, sides = _APPLICATIONS[kind]

    async def tell(payload: dict[str, Any]) -> None:
        application = await Application.get(id=payload["application"])
        event = await ApplicationEvent.get(id=payload["event"])
        product = await OnscreenProduct.get(id=application.product_id)
        title = await Title.get(id=product.title_id)
        shop = await Organisation.get(id=application.organisation_id)
        studio = await Organisation.get(id=title.organisation_id)
        side, reader = ("shop", shop) if payload["to"] == shop.id else ("studio", studio)
        if side not in sides:
            return

        def write() -> Letter:
            facts = {
                "shop": shop.name, "studio": studio.name, "product": product.name, "film": title.name,
                "because": event.because, "until": moment_text(application.answer_by) if application.answer_by else "",
            }  # fmt: skip
            subject, paragraphs, button = words(facts)
            path = f"{reader.desk_path}/applications/{application.public_id}"
            if kind == "application_declined":
                path = "/market"
            return Letter(subject, [one for one in paragraphs if one], button, path)

        await tell_organisation(payload, reader.id, write)

    return tell


# --- licences ---


def _offered(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("%(studio)s offers you a licence for %(film)s") % facts,
        [
            _("%(studio)s offers you a licence to make and sell %(product)s of %(film)s, for %(royalty)s of net sales.")
            % facts,
            _("It would be from %(starts)s to %(ends)s. Read all of it, then accept or decline by %(until)s.") % facts,
        ],
        _("Read the offer"),
    )


def _accepted(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("%(shop)s has taken the licence for %(product)s of %(film)s, from %(starts)s to %(ends)s.") % facts
    return _("Accepted: licence for %(film)s") % facts, [sentence], _("Look at it")


def _refused(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("%(shop)s does not take the licence for %(product)s.") % facts
    return _("Declined: licence for %(film)s") % facts, [sentence, facts["because"]], _("Look at it")


def _withdrawn(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("The offer of a licence for %(product)s of %(film)s stands no more.") % facts
    return _("Withdrawn: licence for %(film)s") % facts, [sentence, facts["because"]], _("Look at it")


def _active(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("From today on %(product)s of %(film)s may be sold under its licence, until %(ends)s.") % facts
    return _("It begins: licence for %(film)s") % facts, [sentence], _("Look at it")


def _sell_off(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = (
        _("The licence for %(product)s of %(film)s is over. What is made may be sold off until %(sold_off)s.") % facts
    )
    return _("Sell-off: licence for %(film)s") % facts, [sentence, _("Nothing more may be made.")], _("Look at it")


def _ended(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("The licence for %(product)s of %(film)s has ended. Nothing of it is sold any more.") % facts
    return _("Ended: licence for %(film)s") % facts, [sentence], _("Look at it")


def _suspended(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("Suspended: licence for %(film)s") % facts,
        [
            _("The licence of %(shop)s for %(product)s is suspended: nothing more is sold for now.") % facts,
            facts["because"],
            _("Orders that are open are shipped as they were sold."),
        ],
        _("Look at it"),
    )


def _resumed(facts: dict[str, str]) -> tuple[str, list[str], str]:
    sentence = _("The licence of %(shop)s for %(product)s goes on.") % facts
    return _("It goes on: licence for %(film)s") % facts, [sentence, facts["because"]], _("Look at it")


def _terminated(facts: dict[str, str]) -> tuple[str, list[str], str]:
    return (
        _("Ended early: licence for %(film)s") % facts,
        [
            _("The licence of %(shop)s for %(product)s was ended before its time.") % facts,
            facts["because"],
            _("Orders that are open are shipped as they were sold."),
        ],
        _("Look at it"),
    )


_BOTH = ("shop", "studio")
_LICENCES: dict[str, tuple[Words, tuple[str, ...]]] = {
    "licence_offered": (_offered, ("shop",)),
    "licence_accepted": (_accepted, _BOTH),
    "licence_declined": (_refused, ("studio",)),
    "licence_withdrawn": (_withdrawn, _BOTH),
    "licence_active": (_active, _BOTH),
    "licence_sell_off": (_sell_off, _BOTH),
    "licence_ended": (_ended, _BOTH),
    "licence_suspended": (_suspended, _BOTH),
    "licence_resumed": (_resumed, _BOTH),
    "licence_terminated": (_terminated, _BOTH),
}


def _about_licence(kind: str) -> Job:
    words, sides = _LICENCES[kind]

    async def tell(payload: dict[str, Any]) -> None:
        licence = await Licence.get(id=payload["licence"])
        event = await LicenceEvent.get(id=payload["event"])
        products = await products_of(licence.id)
        title = await Title.get(id=licence.title_id)
        shop = await Organisation.get(id=licence.licensee_id)
        studio = await Organisation.get(id=licence.licensor_id)
        side, reader = ("shop", shop) if payload["to"] == shop.id else ("studio", studio)
        if side not in sides:
            return

        def write() -> Letter:
            facts = {
                "shop": shop.name, "studio": studio.name, "film": title.name, "product": ", ".join(one.name for one in products),
                "royalty": rate(licence.royalty_bps), "starts": day(licence.starts_at), "ends": day(licence.ends_at),
                "until": moment_text(licence.answer_by), "sold_off": day(licence.sold_off_at),
                "because": _(event.because) if event.because else "",
            }  # fmt: skip
            subject, paragraphs, button = words(facts)
            path = f"{reader.desk_path}/licences/{licence.public_id}"
            return Letter(subject, [one for one in paragraphs if one], button, path)

        await tell_organisation(payload, reader.id, write)

    return tell


JOBS: dict[str, Job] = {
    **{kind: _about_application(kind) for kind in _APPLICATIONS},
    **{kind: _about_licence(kind) for kind in _LICENCES},
}
