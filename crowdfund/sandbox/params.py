"""The check of a request's parameters against the types that the `stripe` library ships for its callers.

Those types are generated from Stripe's own description of this API version, so an unknown name, a missing one, a wrong type or a
word that is no member of an enumeration is refused here as it would be there. Two liberties of theirs are taken back:
enumerations are open (`Literal[…] | str`) and are closed here; request options (api_key and the like) are not parameters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe.params

from crowdfund.sandbox.errors import ApiError, invalid

Check = Callable[[Any, str], Any]  # (what came, its name) to the value; raises ApiError

_KEY = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
# Texts that an empty value unsets; anywhere else an empty text is refused (Stripe docs, "Errors", read 2026-11).
_UNSETTABLE = {"description", "email", "message", "name", "phone", "receipt_email", "statement_descriptor"}
_OPTIONS = {
    "api_key", "content_type", "headers", "idempotency_key", "max_network_retries", "stripe_account", "stripe_context",
    "stripe_version",
}  # fmt: skip


def decode(body: str) -> dict[str, Any]:
    """A form as nested dicts: `a[b][0]=x` is {"a": {"b": {"0": "x"}}}; `a[]=x` counts up."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        if "[" not in name:
            tree[name] = value
            continue
        first, _, rest = name.partition("[")
        keys = [first, *_KEY.findall("[" + rest)]
        branch = tree
        for key in keys[:-1]:
            below = branch.setdefault(key, {})
            if not isinstance(below, dict):
                raise invalid(f"Invalid parameter: {name}", param=first)
            branch = below
        branch[keys[-1] or str(len(branch))] = value
    return tree


def check(type_name: str, given: Mapping[str, Any], takes: frozenset[str], operation: str) -> dict[str, Any]:
    """The parameters of a request with their real types. type_name: a name in stripe.params, such as RefundCreateParams.

    takes: those that the sandbox acts on; another one is refused by name, for ignoring it would be a lie.
    """
    checked: dict[str, Any] = _of_dict(typed(type_name))(given, "")
    for name in checked:
        if name not in takes and name != "expand":
            message = f"The sandbox does not simulate the parameter {name} of {operation}."
            raise invalid(message, param=name, code="sandbox_unsupported")
    return checked


@cache
def typed(type_name: str) -> Any:
    found: Any = stripe.params
    for part in type_name.split("."):
        found = getattr(found, part)
    return found


@cache
def _of_dict(typed: Any) -> Check:
    """A check of a TypedDict; compiled when first needed, for some contain themselves."""
    namespace = vars(sys.modules[typed.__module__])
    fields = {name: kind for name, kind in typed.__annotations__.items() if name not in _OPTIONS}
    required = [name for name in fields if name in typed.__required_keys__]
    checks: dict[str, Check] = {}

    def check_dict(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise invalid(f"Invalid object: {path}", param=path)
        found = {}
        for name, item in value.items():
            inner = f"{path}[{name}]" if path else name
            if name not in fields:
                raise invalid(f"Received unknown parameter: {inner}", param=inner, code="parameter_unknown")
            if name not in checks:
                checks[name] = _compile(fields[name], namespace)
            found[name] = checks[name](item, inner)
        for name in required:
            if name not in found:
                inner = f"{path}[{name}]" if path else name
                raise invalid(f"Missing required param: {inner}.", param=inner, code="parameter_missing")
        return found

    return check_dict


def _compile(kind: Any, namespace: Mapping[str, Any]) -> Check:
    if isinstance(kind, ForwardRef):
        kind = kind.__forward_arg__
    if isinstance(kind, str):
        kind = eval(kind, dict(namespace))  # noqa: S307  the library's own annotations
    origin = get_origin(kind)
    if origin in (NotRequired, Required):
        return _compile(get_args(kind)[0], namespace)
    if origin in (Union, UnionType):
        return _compile_union(get_args(kind), namespace)
    if origin is list:
        return _of_list(_compile(get_args(kind)[0], namespace))
    if origin is dict:
        return _of_metadata
    if origin is Literal:
        return _of_words([word for word in get_args(kind) if isinstance(word, str)])
    if hasattr(kind, "__required_keys__"):  # a TypedDict, whichever module made it
        return _of_dict(kind)
    simple: dict[Any, Check] = {str: _text, int: _integer, bool: _boolean, float: _number, Decimal: _decimal}
    return simple.get(kind, lambda value, path: value)


def _compile_union(members: tuple[Any, ...], namespace: Mapping[str, Any]) -> Check:
    words = [w for m in members if get_origin(m) is Literal for w in get_args(m) if isinstance(w, str)]
    closed = any(words)  # Literal[""] alone only says that the value may be unset
    others = [
        _compile(m, namespace)
        for m in members
        if get_origin(m) is not Literal and not (closed and m is str) and "UntypedStripeObject" not in repr(m)
    ]

    def check_union(value: Any, path: str) -> Any:
        if isinstance(value, str) and value in words:
            return value
        refusals: list[ApiError] = []
        for other in others:
            try:
                return other(value, path)
            except ApiError as error:
                refusals.append(error)
        if closed:
            return _of_words(words)(value, path)
        raise max(refusals, key=lambda refusal: len(refusal.error["param"]))  # the one that looked into it deepest

    return check_union


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {path}", param=path)
    if len(value) > 5000:
        raise invalid(f"Invalid string: {path} may have 5000 characters.", param=path, code="parameter_invalid_string")
    if value == "" and path.rpartition("[")[2].rstrip("]") not in _UNSETTABLE:
        raise invalid(f"An empty text can't be the value of {path}.", param=path, code="parameter_invalid_empty")
    return value


def _integer(value: Any, path: str) -> int:
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise invalid(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")
    return int(value)


def _boolean(value: Any, path: str) -> bool:
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}", param=path)
    return bool(value == "true")


def _number(value: Any, path: str) -> float:
    return float(_decimal(value, path))


def _decimal(value: Any, path: str) -> Decimal:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        number = Decimal("NaN")
    if not number.is_finite():
        raise invalid(f"Invalid decimal: {value}", param=path)
    return number


def _of_words(words: list[str]) -> Check:
    def check_word(value: Any, path: str) -> str:
        if value not in words:
            raise invalid(f"Invalid {path}: must be one of {', '.join(words[:20])}", param=path)
        return str(value)

    return check_word


def _of_list(member: Check) -> Check:
    def check_list(value: Any, path: str) -> list[Any]:
        if not isinstance(value, Mapping) or not all(key.isdecimal() for key in value):
            raise invalid(f"Invalid array: {path}", param=path)
        return [member(value[key], f"{path}[{key}]") for key in sorted(value, key=int)]

    return check_list


def _of_metadata(value: Any, path: str) -> dict[str, str]:
    """Free pairs: at most 50, names to 40 and values to 500 characters; an empty value unsets (Stripe docs, "Metadata")."""
    if not isinstance(value, Mapping) or len(value) > 50:
        raise invalid(f"Invalid metadata: {path} has at most 50 pairs.", param=path)
    for name, text in value.items():
        if not isinstance(text, str) or len(name) > 40 or len(text) > 500:
            message = "Names in metadata have at most 40 characters, values at most 500."
            raise invalid(message, param=f"{path}[{name}]")
    return dict(value)
