"""The JSON API: bodies in by pydantic, out by orjson; keys that make a repeated POST safe; lists by opaque cursors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import orjson
import tortoise
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.database import ids
from crowdfund.money import AMOUNT_MAX_MINOR, CHARGE_MAX_MINOR
from crowdfund.refusal import Invalid, Refusal
from crowdfund.web.csrf import read_form

Model = TypeVar("Model", bound=BaseModel)
Row = TypeVar("Row")
Kept = TypeVar("Kept", bound=tortoise.Model)

_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_LIMIT_MAX = 100
_TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")

# Words for the models of bodies. No control characters: a NUL is an error in one database and a surprise in the other.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$"
LINES = r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$"  # line ends and tabs, no other control character


def _to_be_read(text: str) -> str:
    """Text as forms take it too: composed letters, and something in it that can be seen."""
    if text and all(unicodedata.category(letter)[0] in "CZ" for letter in text):
        raise ValueError("nothing in it can be seen")
    return unicodedata.normalize("NFC", text)


def _in_its_direction(text: str) -> str:
    if _TURNS_TEXT.search(text):
        raise ValueError("it turns the letters around it over")
    return text


READABLE = AfterValidator(_to_be_read)
STRAIGHT = AfterValidator(_in_its_direction)
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE), READABLE, STRAIGHT]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-hjkmnp-tv-z]{13}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
ChargeMinor = Annotated[int, Field(gt=0, le=CHARGE_MAX_MINOR)]
AmountMinor = Annotated[int, Field(ge=0, le=AMOUNT_MAX_MINOR)]
Moment = Annotated[AwareDatetime, Field(ge=clock.FIRST_MOMENT, lt=clock.LAST_MOMENT)]


class In(BaseModel):
    """Of what the API takes: nothing is guessed ("12" is no number) and nothing unknown is let by."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class Out(BaseModel):
    """Of what the API gives. Like what it takes, worked out when it is first spoken of: there are hundreds, and a start waits
    for none of them."""

    model_config = ConfigDict(defer_build=True)


class BodyInvalid(Invalid):
    """errors: for each field what is wrong with it."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The body is not what this address takes.")
        self.errors = errors

    @property
    def code(self) -> str:
        return "invalid"


def unchanged() -> Any:
    """What may be left out of a change, and then stays as it is: ask the body's `model_fields_set` whether it was said."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class NotJson(Refusal):
    status_code = 400


class JsonExpected(Refusal):
    status_code = 415


class PictureExpected(Refusal):
    status_code = 415


class DocumentExpected(Refusal):
    status_code = 415


class VideoExpected(Refusal):
    status_code = 415


class IdempotencyKeyMissing(Refusal):
    status_code = 400


class BadCursor(Refusal):
    status_code = 400


class BadLimit(Refusal):
    status_code = 400


class BadFilter(Refusal):
    """A value of the query that its parameter doesn't take: `unknown_state`, `bad_currency`."""

    status_code = 400

    def __init__(self, sentence: str, code: str, **values: str) -> None:
        super().__init__(sentence, **values)
        self._code = code

    @property
    def code(self) -> str:
        return self._code


async def read(request: Request, model: type[Model]) -> Model:
    """The body as a model. Raises JsonExpected, NotJson, BodyInvalid."""
    if not _says_json(request):
        raise JsonExpected("Send the body as application/json.")
    try:
        return model.model_validate_json(await request.scope["state"]["body"].whole())
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise NotJson("The body is not JSON.")
    raise BodyInvalid(
        [{"field": ".".join(str(part) for part in one["loc"]), "sentence": one["msg"]} for one in found[:20]]
    )


def _says_json(request: Request) -> bool:
    return _kind_of_body(request) == b"application/json"


def _kind_of_body(request: Request) -> bytes:
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            kind: bytes = value.partition(b";")[0].strip().lower()
            return kind
    return b""


async def picture_in(request: Request) -> bytes:
    """The bytes of a picture: the body itself, or the part `image` of a form. Raises PictureExpected, BodyInvalid."""
    kind = _kind_of_body(request)
    if kind.startswith(b"image/") or kind == b"application/octet-stream":
        return await request.body()
    if kind != b"multipart/form-data":
        raise PictureExpected("Send a picture as image/png, image/jpeg or image/webp, or as `image` of a form.")
    sent = (await read_form(request)).get("image")
    if not isinstance(sent, UploadFile):
        raise BodyInvalid([{"field": "image", "sentence": "Field required"}])
    return await sent.read()


def local_moment(text: str) -> datetime:
    """A wall-clock time like `2027-08-31T18:00`, naive. Raises BodyInvalid for a day or an hour that no calendar has."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M")
    except ValueError:
        raise BodyInvalid([{"field": "window_closes", "sentence": "no calendar has this moment"}]) from None


async def document_in(request: Request) -> bytes:
    """The bytes of a document: the body itself. Raises DocumentExpected."""
    if _kind_of_body(request) in (b"application/pdf", b"image/png", b"image/jpeg", b"application/octet-stream"):
        return await request.body()
    raise DocumentExpected("Send a document as application/pdf, image/png or image/jpeg.")


def video_in(request: Request) -> AsyncIterator[bytes]:
    """The bytes of a film as they arrive: the body itself. Raises VideoExpected."""
    if _kind_of_body(request) not in (b"video/mp4", b"video/webm", b"application/octet-stream"):
        raise VideoExpected("Send a film as video/mp4 or video/webm.")
    return request.stream()


def id_in(request: Request, name: str, otherwise: Refusal) -> int:
    """The id that stands in the path. otherwise: what is raised where it is none of ours, as where there is no such thing."""
    return known_id(request.path_params[name], otherwise)


async def row_in(request: Request, name: str, rows: type[Kept], otherwise: Refusal, **whose: Any) -> Kept:
    """The row whose id stands in the path. whose: what else it has to have; `otherwise` is raised where there is no such one."""
    found = await rows.get_or_none(id=id_in(request, name, otherwise), **whose)
    if found is None:
        raise otherwise
    return found


def known_id(text: str, otherwise: Refusal) -> int:
    try:
        return ids.private(text)
    except ids.NoSuchId:
        raise otherwise from None


def instant(at: datetime | int) -> str:
    """RFC 3339 in UTC. at: aware, or in microseconds."""
    return (clock.from_us(at) if isinstance(at, int) else at).isoformat().replace("+00:00", "Z")


def instant_or_none(at: datetime | int | None) -> str | None:
    return None if at is None else instant(at)


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer as JSON. content: a model, or what orjson takes. Nothing of it may be kept on the way."""
    body = content.model_dump_json().encode() if isinstance(content, BaseModel) else orjson.dumps(content)
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, "application/json")


def idempotency_key(request: Request) -> str:
    """The Idempotency-Key of a POST that creates: the same key makes the thing once. Raises IdempotencyKeyMissing."""
    for name, value in request.scope["headers"]:
        if name == b"idempotency-key":
            key: str = value.decode("latin-1")
            if _KEY.fullmatch(key):
                return key
    raise IdempotencyKeyMissing(
        "Send an Idempotency-Key header: 1 to 255 printable ASCII characters, new for each wish."
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list goes on. after_id: the last id the asker has, none at the start. limit: how many they want, at most 100."""

    after_id: int | None
    limit: int


def cursor(request: Request) -> Cursor:
    """What the query asks for. Raises BadCursor, BadLimit."""
    typed, limit = request.query_params.get("cursor"), request.query_params.get("limit", "50")
    if not re.fullmatch(r"[0-9]{1,3}", limit, re.ASCII) or not 1 <= int(limit) <= _LIMIT_MAX:
        raise BadLimit("limit is a number from 1 to 100.")
    try:
        return Cursor(ids.private(typed) if typed is not None else None, int(limit))
    except ids.NoSuchId:
        raise BadCursor("That cursor is none of ours.") from None


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of a list's query, read and described from here.

    choices: the only values it takes; else pattern: what they look like. default: of who leaves it out; empty is none. needed:
    it can't be left out.
    """

    name: str
    says: str
    choices: tuple[str, ...] = ()
    pattern: str = r"[^\u0000-\u001f\u007f]*"
    length_max: int = 100
    default: str = ""
    needed: bool = False

    def of(self, request: Request) -> str:
        """What the query says. Raises BadFilter."""
        asked = request.query_params.get(self.name, "" if self.needed else None)
        if asked is None:
            return self.default
        if self.choices and asked not in self.choices:
            choices = ", ".join(self.choices)
            raise BadFilter("{name} is one of {choices}.", f"unknown_{self.name}", name=self.name, choices=choices)
        asked = asked.strip()
        if self.needed and not asked:
            raise BadFilter("{name} is needed here.", f"bad_{self.name}", name=self.name)
        if len(asked) > self.length_max or not re.fullmatch(self.pattern, asked, re.ASCII):
            raise BadFilter("{name} is not what this list takes.", f"bad_{self.name}", name=self.name)
        return asked


def paged(
    request: Request, rows: Sequence[Row], asked: Cursor, show: Callable[[Row], Any], id_of: Callable[[Row], int]
) -> Response:
    """One page of a list. rows: from the cursor on, one more than was asked for where the list goes on."""
    page = rows[: asked.limit]
    last_id = id_of(page[-1]) if len(rows) > asked.limit else None
    return listed(request, [show(row) for row in page], last_id=last_id, limit=asked.limit)


def listed(request: Request, items: Sequence[Any], *, last_id: int | None, limit: int) -> Response:
    """One page of a list. last_id: the id to go on after, none where this page was the last."""
    following = None
    if last_id is not None:
        following = (
            f"{request.url.path}?{urlencode({**request.query_params, 'cursor': ids.public(last_id), 'limit': limit})}"
        )
    plain = [item.model_dump(mode="json") if isinstance(item, BaseModel) else item for item in items]
    return answer({"items": plain, "next": following})
