"""Coming in: signing up and in, confirming an address, a forgotten password. No answer tells who is known here."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.people import accounts, devices
from crowdfund.people.forms import AddressForm, LanguageForm, NewPasswordForm, SignInForm, SignUpForm
from crowdfund.people.links import LinkUsedUp, live_link
from crowdfund.people.models import LinkPurpose
from crowdfund.people.rules import device_of
from crowdfund.refusal import Refusal
from crowdfund.signing import fingerprint
from crowdfund.web import csrf, flash, headers, language, sessions
from crowdfund.web.address import address_of
from crowdfund.web.i18n import _, lazy
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path, sign_in_path
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import anyone, get, post

SIGN_IN_BY_ADDRESS = Limit("sign_in_address", 20, 60, shared=True)
SIGN_IN_BY_ACCOUNT = Limit("sign_in_account", 5, 60, shared=True)
RESET_BY_ADDRESS = Limit("reset_address", 20, 3600, shared=True)
RESET_BY_ACCOUNT = Limit("reset_account", 3, 3600, shared=True)
SIGN_UP = Limit("sign_up", 20, 3600, shared=True)
LINKS = Limit("links", 30, 600)


def _next(request: Request, typed: str | None = None) -> str:
    """Where to go on: a path of this site, or nothing."""
    return own_path(request.query_params.get("next") if typed is None else typed) or ""


# What a path is gone to for, told to who has to sign in on the way there.
_PURPOSES = [
    (
        r"/campaigns/[^/?]+/pledges/new.*",
        lazy("Then you choose what you give. Nothing is charged before the fund succeeds."),
    ),
    (r"/campaigns/[^/?]+/follower", lazy("Then you follow the fund, and we write when something happens.")),
    (r"/pledges/.*", lazy("Then you see your pledge.")),
    (r"/money.*", lazy("Then you see every pledge, and what will be charged when.")),
    (r"/start", lazy("Then you tell us who you are, and write your fund.")),
    (r"/invitations/.*", lazy("Then you can accept the invitation. Use the address that it was sent to.")),
]


def _purpose(back: str) -> str:
    return next((str(words) for pattern, words in _PURPOSES if re.fullmatch(pattern, back)), "")


async def _let_in(request: Request, person_id: int, back: str, said: tuple[str, str] | None = None) -> Response:
    sign_in = request.scope["state"].get("sign_in")
    secret = await devices.open_device(person_id, **_device(request), replaces=sign_in.hash if sign_in else "")
    return sessions.signed_in(redirect(request, back or "/", said), secret)


def _device(request: Request) -> dict[str, str]:
    return {"device": device_of(request.headers.get("user-agent", "")), "address": address_of(request)}


async def sign_up_page(request: Request) -> Response:
    return _sign_up(request, SignUpForm({"next": _next(request)}))


def _sign_up(request: Request, form: SignUpForm, status: int = 200) -> Response:
    return page(request, "people/sign_up.html", status, form=form, purpose=_purpose(form.typed["next"]))


async def sign_up(request: Request) -> Response:
    form = await SignUpForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            await accounts.sign_up(
                form.name, form.email, form.password,
                locale=language.choose(request), browser=csrf.visitor_of(request), back=_next(request, form.next),
            )  # fmt: skip
            return redirect(request, "/sign-up/sent", ("address", form.email))
    return _sign_up(request, form, 422)


async def sent_page(request: Request) -> Response:
    """Names the address once, so that a mistyped one is seen; who loads the page again knows it by then."""
    address = next((text for kind, text in flash.read(request) if kind == "address"), "")
    return page(request, "people/sent.html", address=address, is_new=request.url.path.startswith("/sign-up"))


async def sign_in_page(request: Request) -> Response:
    back = _next(request)
    if request.state.person is not None:
        return redirect(request, back or "/")
    return _sign_in(request, SignInForm({"next": back}))


def _sign_in(request: Request, form: SignInForm, status: int = 200) -> Response:
    return page(request, "people/sign_in.html", status, form=form, purpose=_purpose(form.typed["next"]))


async def sign_in(request: Request) -> Response:
    form = await SignInForm.read(request)
    if form.errors:
        return _sign_in(request, form, 422)
    await SIGN_IN_BY_ACCOUNT.take(fingerprint(form.email))
    had = request.scope["state"].get("sign_in")
    try:
        secret = await devices.sign_in(form.email, form.password, **_device(request), replaces=had.hash if had else "")
    except devices.WrongCredentials as refusal:
        return _sign_in(request, form.refused_by(refusal), 422)
    return sessions.signed_in(redirect(request, _next(request, form.next) or "/"), secret)


async def sign_out(request: Request) -> Response:
    sign_in = request.scope["state"].get("sign_in")
    if sign_in is not None:
        await devices.sign_out(sign_in.hash)
    return sessions.signed_out(redirect(request, "/", ("note", _("You are signed out."))))


async def confirm_page(request: Request) -> Response:
    """Asks for a click: mail programs open links by themselves, and one of them must not use the link up."""
    await live_link(request.path_params["secret"], LinkPurpose.CONFIRM)
    return page(request, "people/confirm.html", action=request.url.path, back=_next(request))


async def confirm(request: Request) -> Response:
    back = _next(request, str((await csrf.read_form(request)).get("next", "")))
    done = await accounts.confirm(request.path_params["secret"], browser=csrf.visitor_of(request))
    said = ("good", _("Your e-mail address is confirmed."))
    signed_in_as = request.state.person
    if signed_in_as is not None and signed_in_as.id == done.person.id:
        return redirect(request, back or "/account", said)
    if done.same_browser:  # the password was typed here: nobody else's account can be foisted on whoever opens the link
        return await _let_in(request, done.person.id, back, said)
    return redirect(request, sign_in_path(back) if back else "/sign-in", said)


async def forgotten_page(request: Request) -> Response:
    return page(request, "people/forgotten.html", form=AddressForm())


async def forgotten(request: Request) -> Response:
    form = await AddressForm.read(request)
    if form.errors:
        return page(request, "people/forgotten.html", 422, form=form)
    await RESET_BY_ACCOUNT.take(fingerprint(form.email))
    await accounts.ask_reset(form.email)
    return redirect(request, "/reset/sent", ("address", form.email))


async def reset_page(request: Request) -> Response:
    await live_link(request.path_params["secret"], LinkPurpose.RESET)
    return page(request, "people/reset.html", form=NewPasswordForm(), action=request.url.path)


async def reset(request: Request) -> Response:
    form, path = await NewPasswordForm.read(request), request.url.path
    if not form.errors:
        try:
            person = await accounts.reset_password(request.path_params["secret"], form.password)
            return await _let_in(
                request, person.id, "", ("good", _("Your new password is set. All other devices are signed out."))
            )
        except LinkUsedUp:
            raise
        except Refusal as refusal:
            form.refused_by(refusal)
    return page(request, "people/reset.html", 422, form=form, action=path)


async def set_language(request: Request) -> Response:
    """Another language, for this browser, and for the person where one is signed in."""
    form = await LanguageForm.read(request)
    response = redirect(request, own_path(form.typed["back"]) or "/")
    if not form.errors:
        language.remember(response, form.language)
        if request.state.person is not None:
            await accounts.change_language(request.state.person.id, form.language)
    return response


routes = [
    get("/sign-up", sign_up_page, may=anyone),
    post("/sign-up", sign_up, may=anyone, limit=SIGN_UP),
    get("/sign-up/sent", sent_page, may=anyone),
    get("/sign-in", sign_in_page, may=anyone),
    post("/sign-in", sign_in, may=anyone, limit=SIGN_IN_BY_ADDRESS),
    post("/sign-out", sign_out, may=anyone),
    get("/confirm/{secret}", confirm_page, may=anyone, limit=LINKS, headers=headers.NO_REFERRER),
    post("/confirm/{secret}", confirm, may=anyone, limit=LINKS, headers=headers.NO_REFERRER),
    get("/reset", forgotten_page, may=anyone),
    post("/reset", forgotten, may=anyone, limit=RESET_BY_ADDRESS),
    get("/reset/sent", sent_page, may=anyone),
    get("/reset/{secret}", reset_page, may=anyone, limit=LINKS, headers=headers.NO_REFERRER),
    post("/reset/{secret}", reset, may=anyone, limit=LINKS, headers=headers.NO_REFERRER),
    post("/language", set_language, may=anyone, needs_token=False),
]
