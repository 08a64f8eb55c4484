"""The JSON API: bodies in by pydantic, out by orjson; keys that make a repeated POST safe; lists by opaque cursors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database import ids
from crowdfund.money import AMOUNT_MAX_MINOR, CHARGE_MAX_MINOR
from crowdfund.refusal import Invalid, Refusal

Model = TypeVar("Model", bound=BaseModel)

_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)
_LIMIT_MAX = 100

# Words for the models of bodies. No control characters: a NUL is an error in one database and a surprise in the other.
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\u0000-\u001f\u007f]*$")]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-hjkmnp-tv-z]{13}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
ChargeMinor = Annotated[int, Field(gt=0, le=CHARGE_MAX_MINOR)]
AmountMinor = Annotated[int, Field(ge=0, le=AMOUNT_MAX_MINOR)]


class In(BaseModel):
    """Of what the API takes: nothing is guessed ("12" is no number) and nothing unknown is let by."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class BodyInvalid(Invalid):
    """errors: for each field what is wrong with it."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The body is not what this address takes.")
        self.errors = errors

    @property
    def code(self) -> str:
        return "invalid"


class NotJson(Refusal):
    status_code = 400


class JsonExpected(Refusal):
    status_code = 415


class IdempotencyKeyMissing(Refusal):
    status_code = 400


class BadCursor(Refusal):
    status_code = 400


class BadLimit(Refusal):
    status_code = 400


async def read(request: Request, model: type[Model]) -> Model:
    """The body as a model. Raises JsonExpected, NotJson, BodyInvalid."""
    if not _says_json(request):
        raise JsonExpected("Send the body as application/json.")
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise NotJson("The body is not JSON.")
    raise BodyInvalid(
        [{"field": ".".join(str(part) for part in one["loc"]), "sentence": one["msg"]} for one in found[:20]]
    )


def _says_json(request: Request) -> bool:
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            return value.partition(b";")[0].strip().lower() == b"application/json"
    return False


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


def listed(request: Request, items: Sequence[Any], *, last_id: int | None, limit: int) -> Response:
    """One page of a list. last_id: the id to go on after, none where this page was the last."""
    following = None
    if last_id is not None:
        following = (
            f"{request.url.path}?{urlencode({**request.query_params, 'cursor': ids.public(last_id), 'limit': limit})}"
        )
    plain = [item.model_dump(mode="json") if isinstance(item, BaseModel) else item for item in items]
    return answer({"items": plain, "next": following})
