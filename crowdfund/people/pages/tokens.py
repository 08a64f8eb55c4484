"""API tokens of a person."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import ids
from crowdfund.people.forms import SCOPE_WORDS, TokenForm
from crowdfund.people.models import ApiToken
from crowdfund.people.rules import scopes_for
from crowdfund.people.tokens import make_token, revoke_token
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import confirmed, get, post, signed_in


async def tokens_page(request: Request) -> Response:
    return await _tokens(request, TokenForm())


async def _tokens(request: Request, form: TokenForm, status: int = 200, made: str = "") -> Response:
    found = await ApiToken.filter(person_id=request.state.person.id, revoked_at=None).order_by("-id")
    tokens = [
        {"id": ids.public(one.id), "name": one.name, "scopes": one.scopes.split(), "made_at": one.made_at}
        for one in found
    ]
    scopes = {scope: SCOPE_WORDS[scope] for scope in scopes_for(request.state.person.staff_role)}
    return page(request, "people/tokens.html", status, form=form, tokens=tokens, made=made, scopes=scopes)


async def make(request: Request) -> Response:
    """The one answer that shows a token; it isn't a redirect, since nothing may keep the text on the way."""
    form = await TokenForm.read(request)
    if not form.errors:
        with form.showing_refusals():
            made = await make_token(request.state.person.id, form.name, form.scopes)
            return await _tokens(request, TokenForm(), 201, made)
    return await _tokens(request, form, 422)


async def revoke(request: Request) -> Response:
    await revoke_token(request.state.person.id, ids.private(request.path_params["token"]))
    return redirect(request, "/account/tokens", ("good", _("The token is revoked.")))


routes = [
    get("/account/tokens", tokens_page, may=signed_in),
    post("/account/tokens", make, may=confirmed),
    post("/account/tokens/{token}/revocation", revoke, may=signed_in),
]
