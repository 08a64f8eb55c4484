"""Who may use a route. Every route names one of these; the check runs before anything of the route does."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from crowdfund.refusal import NotAllowed, NotFound, Refusal
from crowdfund.signing import fingerprint
from crowdfund.web import sessions
from crowdfund.web.visitor import Person

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MEMBER_ROLES = ("viewer", "manager", "owner")
STAFF_ROLES = ("reviewer", "admin")


class SignInNeeded(Refusal):
    """Answered by the sign-in page, which leads back here."""

    status_code = 401


class TokenNeeded(Refusal):
    status_code = 401


class ScopeMissing(NotAllowed):
    pass


class AccountSuspended(NotAllowed):
    pass


class EmailNotConfirmed(NotAllowed):
    pass


class NothingHere(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class Policy:
    """uses_cookies: the answer may depend on who asks, and a form sent here has to come from this site's pages."""

    name: str
    uses_cookies: bool = True

    async def admit(self, request: Request) -> None:
        """Let the visitor in and put who they are into `request.state`, or raise the Refusal that sends them away."""
        await sessions.find(request)


@dataclass(frozen=True, slots=True)
class _Public(Policy):
    async def admit(self, request: Request) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _SignedIn(Policy):
    confirmed: bool = False

    async def admit(self, request: Request) -> None:
        await person_of(request, confirmed=self.confirmed)


async def person_of(request: Request, *, confirmed: bool = False) -> Person:
    """Who is signed in. Raises SignInNeeded, AccountSuspended (to change something), EmailNotConfirmed."""
    if await sessions.find(request) is None:
        raise SignInNeeded("Please sign in first.")
    person: Person = request.state.person
    if person.state == "suspended" and request.method not in SAFE_METHODS:
        raise AccountSuspended("Your account is suspended: you can look, but not change anything. Please write to us.")
    if confirmed and not person.email_confirmed:
        raise EmailNotConfirmed("Please confirm your e-mail address first: the link is in the mail we sent you.")
    return person


@dataclass(frozen=True, slots=True)
class _Member(Policy):
    """Of the organisation whose slug the path holds. Somebody else's and none at all are answered alike."""

    role: str = "viewer"

    async def admit(self, request: Request) -> None:
        person = await person_of(request)
        found = await request.app.look_ups.membership(person.id, request.path_params["organisation"])
        if found is None:
            raise NothingHere("There is nothing here under that address.")
        request.state.organisation, request.state.role = found
        if MEMBER_ROLES.index(found[1]) < MEMBER_ROLES.index(self.role):
            raise NotAllowed("Your role in this organisation does not allow that.")


@dataclass(frozen=True, slots=True)
class _Doorkeeper(Policy):
    """Who scans tickets of the screening in the path: its cinema's managers, and who has opened a door pass for it."""

    async def admit(self, request: Request) -> None:
        screening = request.path_params["screening"]
        sign_in, shown = await sessions.find(request), sessions.door_pass(request, screening)
        person_id = sign_in.person.id if sign_in and _may_act(sign_in.person, request) else None
        keeper = await request.app.look_ups.door(screening, person_id, fingerprint(shown) if shown else "")
        if keeper is not None:
            request.state.keeper = keeper
            return
        await person_of(request)
        raise NothingHere("There is nothing here under that address.")


def _may_act(person: Person, request: Request) -> bool:
    return person.state != "suspended" or request.method in SAFE_METHODS


def _is_staff(person: Person, role: str) -> bool:
    return person.staff_role is not None and STAFF_ROLES.index(person.staff_role) >= STAFF_ROLES.index(role)


@dataclass(frozen=True, slots=True)
class _Staff(Policy):
    role: str = "reviewer"

    async def admit(self, request: Request) -> None:
        if not _is_staff(await person_of(request), self.role):
            raise NotAllowed("This page is for the people who run this site.")


@dataclass(frozen=True, slots=True)
class _Bearer(Policy):
    """staff_role: asked of the person at each call, so that a token is worth what its person is worth now."""

    scope: str = ""
    confirmed: bool = False
    staff_role: str | None = None

    async def admit(self, request: Request) -> None:
        shown = bearer_of(request)
        token = await request.app.look_ups.token(fingerprint(shown)) if shown else None
        if token is None:
            raise TokenNeeded("Send a valid API token: `Authorization: Bearer …`.")
        state = request.scope["state"]
        state["token"], state["person"] = token, token.person
        if self.scope not in token.scopes:
            raise ScopeMissing("This token lacks the scope {scope}.", scope=self.scope)
        if token.person.state == "suspended" and request.method not in SAFE_METHODS:
            raise AccountSuspended("This account is suspended: it can look, but not change anything.")
        if self.confirmed and not token.person.email_confirmed:
            raise EmailNotConfirmed("Please confirm your e-mail address first: the link is in the mail we sent you.")
        if self.staff_role is not None and not _is_staff(token.person, self.staff_role):
            raise NotAllowed("This is for the people who run this site.")


def bearer_of(request: Request) -> str:
    """The token shown, or nothing. Read from the raw headers: this is the way of the rush."""
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            kind, _, token = value.partition(b" ")
            return token.decode("latin-1") if kind.lower() == b"bearer" and 20 <= len(token) <= 100 else ""
    return ""


anyone = Policy("anyone")  # pages that say who is signed in
public = _Public("public", uses_cookies=False)  # the same for everybody: pictures, feeds, documents
signed_in = _SignedIn("signed_in")
confirmed = _SignedIn("confirmed", confirmed=True)
doorkeeper = _Doorkeeper("doorkeeper")
processor = _Public("processor", uses_cookies=False)  # the webhook: the handler verifies the signature on the raw body


def member(role: str) -> Policy:
    """A member of the organisation in the path, with at least this role: `viewer`, `manager` or `owner`."""
    MEMBER_ROLES.index(role)
    return _Member(f"member:{role}", role=role)


def staff(role: str) -> Policy:
    """Somebody who runs the site: `reviewer`, or `admin` where it takes more."""
    STAFF_ROLES.index(role)
    return _Staff(f"staff:{role}", role=role)


def bearer(scope: str, *, confirmed: bool = False, staff: str | None = None) -> Policy:
    """A program with an API token that has this scope. staff: the token of somebody who runs the site, as `staff` has it."""
    if staff is not None:
        STAFF_ROLES.index(staff)
    return _Bearer(f"bearer:{scope}", uses_cookies=False, scope=scope, confirmed=confirmed, staff_role=staff)
