"""The headers of every answer, errors and files included. A route may set one otherwise, beside its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crowdfund.settings import Settings

Raw = list[tuple[bytes, bytes]]

# A browser that blocks a redirect to the processor says nothing to the fan, so form-action has to name its hosts.
_PROCESSOR_HOSTS = "https://checkout.stripe.com https://connect.stripe.com https://hooks.stripe.com"
_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip


def permissions(*granted: str) -> str:
    """What the browser may do for a page: of all that it could, only what is granted."""
    return ", ".join(f"{feature}=({'self' if feature in granted else ''})" for feature in _FEATURES)


def _content_policy(form_action: str, frame_ancestors: str = "'none'") -> str:
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        f"media-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors {frame_ancestors}; manifest-src 'self'"
    )


# Exceptions, for a route's `headers=`.
CAMERA = {"permissions-policy": permissions("camera")}
NO_REFERRER = {"referrer-policy": "no-referrer"}  # the address holds a secret
FRAMED = {
    "content-security-policy": _content_policy("'none'", "*"),
    "cross-origin-resource-policy": "cross-origin",
}


def kept_as(name: str) -> dict[str, str]:
    """Of a file that the browser keeps under this name, and nobody else does: it is for whoever asked."""
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}


def always(settings: Settings) -> Raw:
    """What every page and file of this site carries."""
    processor = settings.sandbox_origin if settings.sandbox else _PROCESSOR_HOSTS
    headers = {
        "content-security-policy": _content_policy(f"'self' {processor}"),
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": permissions(),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "server": "",  # else the server writes its own name
    }
    return raw(headers | _secure(settings))


def for_programs(settings: Settings) -> Raw:
    """What every answer of the API carries: nothing of it is shown as a page, so what a page may do is one word."""
    api = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "server": "",
    }
    return raw(api | _secure(settings))


def _secure(settings: Settings) -> dict[str, str]:
    return {"strict-transport-security": "max-age=31536000"} if settings.https else {}


def raw(headers: Mapping[str, str]) -> Raw:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def complete(sent: Iterable[tuple[bytes, bytes]], *more: Raw) -> Raw:
    """What the handler sent, and of each further list what is not there yet."""
    whole = list(sent)
    names = {name for name, _ in whole}
    for headers in more:
        for header in headers:
            if header[0] not in names:
                whole.append(header)
                names.add(header[0])
    return whole
