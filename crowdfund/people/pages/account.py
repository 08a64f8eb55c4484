"""A person's own pages: name, address, password, devices."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import ids
from crowdfund.people import accounts, devices
from crowdfund.people.forms import EmailForm, NameForm, PasswordForm
from crowdfund.people.models import Person, SignIn
from crowdfund.people.pages.entrance import SIGN_IN_BY_ACCOUNT
from crowdfund.people.queries import desks_of
from crowdfund.people.rules import device_of
from crowdfund.signing import fingerprint
from crowdfund.web import csrf, sessions
from crowdfund.web.address import address_of
from crowdfund.web.form import Form
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.paths import own_path
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, post, signed_in

MAILS = Limit("account_mails", 5, 3600, by="person", shared=True)


async def account(request: Request) -> Response:
    return await _account(request)


async def _account(request: Request, status: int = 200, **wrong: Form) -> Response:
    """The page with its three forms; the one that was sent and refused comes back as it was."""
    person = await Person.get(id=request.state.person.id)
    forms: dict[str, Any] = {
        "name_form": NameForm({"name": person.name}), "email_form": EmailForm(), "password_form": PasswordForm(), **wrong,
    }  # fmt: skip
    return page(request, "people/account.html", status, account=person, desks=await desks_of(person.id), **forms)


async def change_name(request: Request) -> Response:
    form = await NameForm.read(request)
    if form.errors:
        return await _account(request, 422, name_form=form)
    await accounts.change_name(request.state.person.id, form.name)
    return redirect(request, "/account", ("good", _("Your name is changed.")))


async def change_email(request: Request) -> Response:
    """Each try is one at the password; only a mail that is really sent counts as one."""
    form, person = await EmailForm.read(request), request.state.person
    if not form.errors and form.email == person.email:
        form.refuse("email", _("That is your address already."))
    if not form.errors:
        await SIGN_IN_BY_ACCOUNT.take(fingerprint(person.email))
        try:
            await accounts.refuse_wrong_password(person.id, form.current_password)
            await MAILS.take(str(person.id))
            await accounts.ask_email_change(person.id, form.email)
            sent = _("We sent a link to %(email)s. The new address counts once you open it.") % {"email": form.email}
            return redirect(request, "/account", ("note", sent))
        except accounts.WrongPassword as refusal:
            form.refuse("current_password", said(refusal))
    return await _account(request, 422, email_form=form)


async def change_password(request: Request) -> Response:
    form, person = await PasswordForm.read(request), request.state.person
    if not form.errors:
        await SIGN_IN_BY_ACCOUNT.take(fingerprint(person.email))
        with form.showing_refusals():
            await accounts.change_password(person.id, form.password, form.new_password)
    if form.errors:
        return await _account(request, 422, password_form=form)
    secret = await devices.open_device(
        person.id, device=device_of(request.headers.get("user-agent", "")), address=address_of(request)
    )
    flash = ("good", _("Your password is changed. All other devices are signed out."))
    return sessions.signed_in(redirect(request, "/account", flash), secret)


async def confirm_again(request: Request) -> Response:
    """The link once more; it leads on to where the button stood, such as the form of a pledge."""
    back = own_path(str((await csrf.read_form(request)).get("next", ""))) or ""
    if request.state.person.email_confirmed:
        return redirect(request, back or "/account", ("good", _("Your e-mail address is confirmed.")))
    await accounts.send_confirmation(request.state.person.id, browser=csrf.visitor_of(request), back=back)
    sent = _("We sent the link once more, to %(email)s.") % {"email": request.state.person.email}
    return redirect(request, back or "/account", ("note", sent))


async def sessions_page(request: Request) -> Response:
    found = await SignIn.filter(person_id=request.state.person.id).order_by("-seen_at")
    shown = [
        {"id": ids.public(one.id), "device": one.device, "address": one.address, "seen_at": one.seen_at,
         "is_this": one.hash == request.state.sign_in.hash}
        for one in found
    ]  # fmt: skip
    return page(request, "people/sessions.html", sessions=shown)


async def end_session(request: Request) -> Response:
    await devices.end_device(request.state.person.id, ids.private(request.path_params["session"]))
    return redirect(request, "/account/sessions", ("good", _("That device is signed out.")))


async def end_other_sessions(request: Request) -> Response:
    await devices.end_other_devices(request.state.person.id, keep=request.state.sign_in.hash)
    return redirect(request, "/account/sessions", ("good", _("All other devices are signed out.")))


routes = [
    get("/account", account, may=signed_in),
    post("/account/name", change_name, may=signed_in),
    post("/account/email", change_email, may=signed_in),
    post("/account/password", change_password, may=signed_in),
    post("/account/confirmation", confirm_again, may=signed_in, limit=MAILS),
    get("/account/sessions", sessions_page, may=signed_in),
    post("/account/sessions/{session}/revocation", end_session, may=signed_in),
    post("/account/sessions/revocation", end_other_sessions, may=signed_in),
]
