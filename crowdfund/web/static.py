"""The site's own files: CSS as one bundle, small modules of JavaScript, pictures. Read once, kept in memory, sent for ever.

A file is asked for with `?v=` and the hash of what it was made of; then browsers keep it for a year. A changed file is
another address. `css/app.css` imports one file a component; it leaves here as one, so that a page needs one request.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

_BESIDE = Path(__file__).parents[2] / "static"
_INSIDE = Path(__file__).parents[1] / "_static"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_TEXT = {".css", ".js", ".svg", ".txt", ".json", ".webmanifest"}
_IMPORT = re.compile(r'@import url\("([a-z0-9-]+\.css)"\) layer\(([a-z]+)\);')

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, no-cache"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent. version: eight hex digits of what it was made of."""

    content: bytes
    packed: bytes | None
    media_type: str
    version: str

    def etag(self, packed: bool) -> str:
        return f'"{self.version}{"-z" if packed else ""}"'


@cache
def files() -> dict[str, File]:
    """Every file by its path below `/static/`; what is not in here is not there."""
    folder = _BESIDE if _BESIDE.is_dir() else _INSIDE
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES and not path.name.startswith(".")
    }
    if "css/app.css" in found:
        found["css/app.css"] = _bundle(found)
    # Modules import each other by the query of the one that asks, so all of them share one version.
    modules = sha256(b"".join(content for name, content in found.items() if name.endswith(".js"))).hexdigest()[:8]
    return {name: _file(name, content, modules) for name, content in found.items()}


def _file(name: str, content: bytes, modules: str) -> File:
    suffix = Path(name).suffix
    version = modules if suffix == ".js" else sha256(content).hexdigest()[:8]
    packed = gzip.compress(content, 9, mtime=0) if suffix in _TEXT and len(content) > 600 else None
    return File(content, packed, _TYPES[suffix], version)


def _bundle(found: dict[str, bytes]) -> bytes:
    """`app.css` with its imports written out, each in the layer it was imported into. Raises KeyError on a missing one."""

    def written_out(match: re.Match[str]) -> str:
        return f"@layer {match[2]} {{\n{found['css/' + match[1]].decode()}}}"

    return _IMPORT.sub(written_out, found["css/app.css"].decode()).encode()


def asset(path: str) -> str:
    """The address of a file for a page: `css/app.css` is `/static/css/app.css?v=1a2b3c4d`. Raises KeyError if there is none."""
    return f"/static/{path}?v={files()[path].version}"


async def static(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI app to mount at `/static`: GET and HEAD of known files, nothing else."""
    await _answer(scope)(scope, receive, send)


def _answer(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return PlainTextResponse("Method Not Allowed", 405, {"Allow": "GET, HEAD"})
    path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
    file = files().get(path)
    if file is None:
        return PlainTextResponse("Not Found", 404)
    asked = dict(scope["headers"])
    packed = file.packed is not None and b"gzip" in asked.get(b"accept-encoding", b"")
    wanted = parse_qs(scope["query_string"].decode("latin-1")).get("v")
    headers = {
        "ETag": file.etag(packed),
        "Cache-Control": _FOR_EVER if wanted == [file.version] else _ASK_AGAIN,
        "X-Content-Type-Options": "nosniff",
    }
    if file.packed is not None:
        headers["Vary"] = "Accept-Encoding"
    known = {tag.strip().removeprefix("W/") for tag in asked.get(b"if-none-match", b"").decode("latin-1").split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = file.packed if packed and file.packed is not None else file.content
    return Response(body, media_type=file.media_type, headers=headers)
