"""The site's own files, asked for over HTTP."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from crowdfund.web import static as module
from crowdfund.web.static import asset, files, static

ROOT = Path(__file__).parents[2]
CSS, JS = ROOT / "static" / "css", ROOT / "static" / "js"


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=Starlette(routes=[Mount("/static", app=static)]))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://site", headers={"accept-encoding": ""}
    ) as client:
        yield client


async def test_an_address_with_its_version_is_kept_for_ever(site):
    answer = await site.get(asset("css/app.css"))
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=00000000", "?w=1"])
async def test_any_other_version_is_asked_again(site, query):
    answer = await site.get(f"/static/js/app.js{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache")


async def test_what_a_browser_has_is_not_sent_again(site):
    tag = (await site.get("/static/img/mark.svg")).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await site.get("/static/img/mark.svg", headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await site.get("/static/img/mark.svg", headers={"if-none-match": '"other"'})).status_code == 200


async def test_text_is_packed_for_who_can_unpack(site):
    plain = await site.get("/static/css/app.css")
    packed = await site.get("/static/css/app.css", headers={"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip" and packed.content == plain.content  # httpx unpacks
    assert packed.headers["etag"] != plain.headers["etag"]
    assert {packed.headers["vary"], plain.headers["vary"]} == {"Accept-Encoding"}
    assert int(packed.headers["content-length"]) < len(plain.content) / 3


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/static/",
            "/static/css",
            "/static/css/",
            "/static/no.css",
            "/static/css/app.css/",
            "/static/css/app.css%00",
        ),
        *("/static/../pyproject.toml", "/static/css/../../pyproject.toml", "/static/%2e%2e/pyproject.toml"),
        *("/static//etc/passwd", "/static/.hidden"),
    ],
)
async def test_nothing_but_known_files_and_no_folder_is_shown(site, path):
    assert (await site.get(httpx.URL(f"http://site{path}"))).status_code == 404


async def test_only_reading_is_possible(site):
    head = await site.head("/static/js/app.js")
    assert (head.status_code, head.content) == (200, b"") and int(head.headers["content-length"]) > 100
    refused = await site.post("/static/js/app.js")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_the_styles_are_one_file_in_the_layers_they_were_imported_into(site):
    sheet = (await site.get("/static/css/app.css")).text
    assert "@import" not in sheet
    assert sheet.count("{") == sheet.count("}")
    assert "@layer tokens {" in sheet and "--paper:" in sheet and "@layer components {" in sheet


def test_every_style_file_is_imported_once():
    named = re.findall(r'@import url\("([^"]+)"\)', (CSS / "app.css").read_text())
    assert sorted(named) == sorted(path.name for path in CSS.glob("*.css") if path.name != "app.css")


def test_a_missing_import_stops_the_start(monkeypatch, tmp_path):
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "app.css").write_text('@import url("gone.css") layer(base);')
    monkeypatch.setattr(module, "_BESIDE", tmp_path)
    files.cache_clear()
    try:
        with pytest.raises(KeyError, match=r"gone\.css"):
            files()
    finally:
        files.cache_clear()


def test_an_asset_that_is_not_there_fails_loudly():
    with pytest.raises(KeyError):
        asset("css/none.css")


def test_all_modules_share_one_version_as_they_import_each_other_by_it():
    versions = {file.version for name, file in files().items() if name.endswith(".js")}
    assert len(versions) == 1 and asset("js/app.js").endswith(versions.pop())


def test_every_behaviour_that_a_page_names_is_a_module_of_at_most_eighty_lines():
    templates = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    python = "".join(path.read_text() for path in (ROOT / "crowdfund" / "web").glob("*.py"))
    named = {word for words in re.findall(r'data-behaviour="([^"{]*)', templates + python) for word in words.split()}
    modules = {path.stem: len(path.read_text().splitlines()) for path in JS.glob("*.js")}
    assert named and named <= set(modules), named - set(modules)
    assert max(modules.values()) <= 80


def test_packed_files_are_the_same_in_every_process():
    file = files()["css/app.css"]
    assert file.packed is not None and gzip.decompress(file.packed) == file.content
    assert file.packed[4:8] == b"\0\0\0\0"  # no time of packing in it, so two processes agree on their answers
