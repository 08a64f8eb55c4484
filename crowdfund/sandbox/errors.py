"""The refusals of the sandbox, in the shape of Stripe's errors."""

from __future__ import annotations

from typing import Any

INVALID = "invalid_request_error"


class ApiError(Exception):
    """An answer that is not 200.

    status: HTTP. type: Stripe's kind of error. effect_stays: the work done before it is kept, as with a declined charge.
    more: further members of the error object, such as payment_intent.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        effect_stays: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.effect_stays = effect_stays
        members = {"code": code, "message": message, "param": param, "type": type, **more}
        self.error = {name: value for name, value in members.items() if value is not None}

    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def invalid(message: str, *, param: str | None = None, code: str | None = None, **more: Any) -> ApiError:
    """400: the request can't be carried out as it is."""
    return ApiError(400, message, param=param, code=code, **more)


def missing(kind: str, object_id: str, *, param: str | None = None) -> ApiError:
    """No such object: 404 where it was in the path, 400 where a parameter named it."""
    message = f"No such {kind.replace('.', ' ').replace('_', ' ')}: '{object_id}'"
    return ApiError(400 if param else 404, message, code="resource_missing", param=param or "id")


def wrong_state(what: str, status: str, wanted: str, **more: Any) -> ApiError:
    """The object exists but its state does not allow this. what: PaymentIntent, SetupIntent."""
    code = "payment_intent_unexpected_state" if what == "PaymentIntent" else "setup_intent_unexpected_state"
    return invalid(f"This {what} is {status}; {wanted}", code=code, **more)


def server_error() -> ApiError:
    return ApiError(500, "Something went wrong on the sandbox's side.", type="api_error")
