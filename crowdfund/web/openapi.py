"""The API described by its own routes: OpenAPI 3.1 for programs. What people read is made from the same list."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from crowdfund import __version__
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.problem import Problem
from crowdfund.web.routes import Route, get, public

_PREFIX = "/api/v1/"
_REF = "#/components/schemas/{model}"
# What any address may answer besides its own: a person reads the words, a program the code of the problem.
_ERRORS = {
    400: "The request can't be read, or a header is missing",
    401: "No valid token",
    403: "The token lacks the scope, or the account may not",
    404: "Nothing there",
    408: "The body took too long to arrive",
    409: "Not possible as things stand",
    413: "The body is too long",
    415: "The body is of another kind",
    422: "Something that was sent, or is still missing, keeps it from being done",
    429: "Too many requests: see Retry-After",
    500: "Our mistake; tell us the request id",
    503: "Too many at once, or no database: see Retry-After",
}
_OF_BODIES = {413, 415}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_DOCUMENT = {"application/pdf": _BINARY, "image/png": _BINARY, "image/jpeg": _BINARY}
_VIDEO = {"video/mp4": _BINARY, "video/webm": _BINARY}
_PICTURE = {
    "image/png": _BINARY, "image/jpeg": _BINARY, "image/webp": _BINARY,
    "multipart/form-data": {
        "schema": {"type": "object", "required": ["image"], "properties": {"image": {"type": "string", "format": "binary"}}}
    },
}  # fmt: skip


def operations(routes: Iterable[BaseRoute]) -> list[Route]:
    """The routes of the API, in the order of their paths."""
    found = [route for route in routes if isinstance(route, Route) and route.path.startswith(_PREFIX)]
    return sorted(found, key=lambda route: (route.path, route.method))


def document(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """OpenAPI 3.1 of the declared routes."""
    found = [route for route in operations(routes) if route.summary]
    names, schemas = _schemas(found)
    paths: dict[str, dict[str, Any]] = {}
    for route in found:
        paths.setdefault(route.path_format, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "crowdfund",
            "version": __version__,
            "description": "Amounts are integers in minor units of an ISO currency; instants are RFC 3339 in UTC.",
        },
        "servers": [{"url": current().base_url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}},
            "responses": {str(status): _error(words) for status, words in _ERRORS.items()},
        },
    }


def _schemas(routes: list[Route]) -> tuple[dict[tuple[type[BaseModel], str], str], dict[str, Any]]:
    """The name of each model's schema, and the schemas; a model may look otherwise going in than coming out."""
    models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    models += [(route.takes, "validation") for route in routes if route.takes]
    models += [(route.gives, "serialization") for route in routes if route.gives]
    refs, whole = models_json_schema(models, ref_template=_REF)
    named = {(cast(type[BaseModel], model), str(mode)): ref["$ref"] for (model, mode), ref in refs.items()}
    return named, whole["$defs"]


def _operation(route: Route, names: dict[tuple[type[BaseModel], str], str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": f"{route.endpoint.__module__.split('.')[1]}_{route.endpoint.__name__}",
        "tags": [subject_of(route)],
        "summary": route.summary,
        "description": _description(route),
        "parameters": _parameters(route),
        "responses": {str(route.status): _success(route, names)},
    }
    if scope_of(route):
        made["security"] = [{"bearerAuth": []}]
    if route.takes:
        schema = {"$ref": names[(route.takes, "validation")]}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif route.picture:
        made["requestBody"] = {"required": True, "content": _PICTURE}
    elif route.document:
        made["requestBody"] = {"required": True, "content": _DOCUMENT}
    elif route.video:
        made["requestBody"] = {"required": True, "content": _VIDEO}
    for status in _ERRORS:
        if _may_answer(route, status):
            made["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}
    return made


def _may_answer(route: Route, status: int) -> bool:
    if status in _OF_BODIES:
        return route.takes is not None or route.picture or route.document or route.video
    return status != 422 or route.method != "GET"


def scope_of(route: Route) -> str:
    """What a token has to be made for, empty where none is needed."""
    return route.policy.name.removeprefix("bearer:") if route.policy.name.startswith("bearer:") else ""


def staff_role_of(route: Route) -> str:
    """`reviewer` or `admin`, where the token has to be theirs."""
    return getattr(route.policy, "staff_role", None) or ""


def subject_of(route: Route) -> str:
    """What an operation is about: the first word of its path."""
    return route.path.removeprefix(_PREFIX).partition("/")[0]


def _description(route: Route) -> str:
    words = [inspect.cleandoc(route.endpoint.__doc__ or "")]
    if scope := scope_of(route):
        words.append(f"Scope: `{scope}`.")
    if role := staff_role_of(route):
        words.append(f"For staff: {role}.")
    return "\n\n".join(filter(None, words))


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in route.param_convertors
    ]
    if route.creates:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"}
        words = "New for each wish; sent again, it answers what it made the first time."
        found.append(
            {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema, "description": words}
        )
    if route.lists:
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        found.append(
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": "From `next` of the page before.",
            }
        )
        found.append({"name": "limit", "in": "query", "schema": limit})
    return found + [_filter(one) for one in route.filters]


def _filter(one: api.Filter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if one.choices:
        schema["enum"] = list(one.choices)
    else:
        schema |= {"maxLength": one.length_max, "pattern": f"^{one.pattern}$"}
    if one.default:
        schema["default"] = one.default
    return {"name": one.name, "in": "query", "required": one.needed, "schema": schema, "description": one.says}


def _success(route: Route, names: dict[tuple[type[BaseModel], str], str]) -> dict[str, Any]:
    if route.gives is None:
        return {"description": "Done"}
    schema: dict[str, Any] = {"$ref": names[(route.gives, "serialization")]}
    if route.lists and "items" not in route.gives.model_fields:  # the model of one; else of the whole page
        schema = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}},
        }
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _error(words: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=Problem.__name__)}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


async def send_document(request: Request) -> Response:
    """The description for programs."""
    return api.answer(document(request.app.router.routes), headers={"cache-control": "public, max-age=300"})


routes = [get("/api/v1/openapi.json", send_document, may=public)]
