"""Templates: amounts and times as people read them, every part of a page, in both languages and with nothing inline."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from crowdfund import clock
from crowdfund.titles.art import key_art
from crowdfund.web import formats
from crowdfund.web.form import Form
from crowdfund.web.i18n import LOCALES, locale, speaking
from crowdfund.web.templates import environment, render

TEMPLATES = Path(__file__).parents[2] / "templates"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SHAPE = {"path", "circle", "rect", "line", "stop", "use", "ellipse"}


class Page(HTMLParser):
    """What a browser would make of it. Fails on a tag that is closed in the wrong place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.open, self.tags = text, [], []
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHAPE | VOID
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.tags if attribute in found]


def a_form(typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> Form:
    form = Form(typed)
    form.errors = errors or {}
    return form


def a_campaign(**changes: Any) -> Thing:
    now = clock.now()
    return Thing(
        **{
            "path": "/campaigns/river-moon",
            "name": "River <Moon>",
            "tagline": "A ferryman's daughter",
            "kind": "film",
            "organisation_name": "Lanting & Sons",
            "state": "live",
            "currency": "EUR",
            "promised_minor": 85_000_00,
            "collected_minor": 0,
            "got_minor": 0,
            "shown_minor": 85_000_00,
            "goal_minor": 100_000_00,
            "needed_minor": 80_000_00,
            "counts": False,
            "is_over": False,
            "closes_at": now + timedelta(days=9, hours=4),
            "opens_at": now + timedelta(days=1),
            "colour": "key--rose",
            "art_url": "/art/1.svg",
            "backers": 1806,
            **changes,
        }
    )


def a_tier(**changes: Any) -> Thing:
    return Thing(
        **{
            "id": 7,
            "name": "Two seats",
            "description": "Any city",
            "price_minor": 24_00,
            "left": 3204,
            "size": 5000,
            "taken": 1796,
            "state_text": "",
            "delivers_on": "September 2027",
            "is_late": False,
            "seats": "",
            "image_url": "",
            "image_alt": "",
            "ships": "",
            "can_be_chosen": True,
            "note": "",
            **changes,
        }
    )


def everybody(**changes: Any) -> dict[str, Any]:
    """The context that every page has."""
    request = Request(
        {"type": "http", "method": "GET", "path": "/films", "query_string": b"", "headers": [(b"host", b"site")]}
    )
    person = Thing(id=1, name="Mei", email="mei@example.org")
    nav = Thing(desk=True, staff=True, basket=3)
    return {
        "request": request,
        "person": person,
        "csrf": "t0ken",
        "simulated": True,
        "flashes": [("good", "Saved.")],
        "nav": nav,
        "request_id": "r1",
        **changes,
    }


SHEET = """{% extends "base.html" %}
{% from "ui/bands.html" import bands, legend %}{% from "ui/button.html" import button, link_button, submit %}
{% from "ui/card.html" import card, fixture, result %}{% from "ui/empty.html" import empty %}
{% from "ui/pager.html" import pager %}{% from "ui/people.html" import backers %}{% from "ui/steps.html" import steps %}
{% from "ui/state.html" import state_badge, state_clock %}{% from "ui/stub.html" import stub, tier_pick, tier_stub %}
{% from "ui/tiles.html" import tiles, todo %}
{% block title %}{{ live.name }}{% endblock %}{% block key %}{{ live.colour }}{% endblock %}
{% block main %}<h1>{{ _("Films") }}</h1><h2>{{ live.name }}</h2>
{% for campaign in [live, coming, funded, failed] %}{{ card(campaign) }}{{ state_badge(campaign.state) }}{{ state_clock(campaign) }}
{{ bands(campaign.promised_minor, campaign.collected_minor, campaign.goal_minor, campaign.currency, live=true) }}
{{ legend(campaign.promised_minor, campaign.collected_minor, campaign.goal_minor, campaign.currency) }}{% endfor %}
<ul>{{ fixture(coming) }}{{ result(funded) }}</ul>
{% for tier in tiers %}{{ tier_stub(tier, "EUR", "/pledge") }}{{ tier_pick(tier, "EUR", picked=loop.first) }}{% endfor %}
{% call stub("Mine", money_short(4800, "EUR"), "Charged after 2 Dec", "mine", "/pledges/x", bars=true) %}<p>Two</p>{% endcall %}
{{ stub("No body") }}
{{ empty("Nothing yet", "Begin.", "Go", "/films", art="seat") }}{{ empty("No word") }}
{{ backers([live_backer]) }}{{ steps([("Launched", now, "", "done"), ("Closes", none, "Then.", "now")]) }}
{{ tiles([("Promised", "€5", "soon"), ("Paid", "€1", "")]) }}{{ todo([("Late", "Mend", "/x", "late"), ("Told", "", "", "")]) }}
{{ pager("/newer", "/older", "Page 2") }}{{ pager() }}{{ link_button("Go", "/x", "go") }}{{ submit("Save") }}
{{ button("Cancel", "/p/cancellation", csrf, "danger", confirm="Sure?") }}{% endblock %}"""


def sheet(locale: str = "en", **changes: Any) -> str:
    """Every part that pages are made of, in one page."""
    context = everybody() | {
        "live": a_campaign(),
        "coming": a_campaign(state="prelaunch", promised_minor=0),
        "funded": a_campaign(
            state="funded",
            counts=True,
            collected_minor=104_000_00,
            got_minor=104_000_00,
            shown_minor=104_000_00,
            promised_minor=110_000_00,
        ),
        "failed": a_campaign(state="failed", counts=True, is_over=True, shown_minor=0, promised_minor=81_000_00),
        "tiers": [
            a_tier(),
            a_tier(id=8, size=None, left=None),
            a_tier(id=9, can_be_chosen=False, state_text="All taken"),
        ],
        "live_backer": Thing(name="Jonas", at=clock.now_us() - 120_000_000, text="Two seats"),
        "now": clock.now(),
        "locale": locale,
    }
    with speaking(locale):
        return environment().from_string(SHEET).render(context | changes)


STATUSES = (403, 404, 409, 410, 413, 418, 422, 429, 500, 503)
PAGES = {
    "parts": sheet,
    "parts for a stranger": lambda locale: sheet(locale, person=None, simulated=False, flashes=[]),
    **{str(status): partial(render, "error.html", status=status, sentence="", **everybody()) for status in STATUSES},
    "500 without a visitor": partial(render, "error.html", status=500, sentence=""),
}


@pytest.mark.parametrize("locale", list(LOCALES))
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_whole_html_with_nothing_inline(name, locale):
    page = Page(PAGES[name](locale))
    assert not page.values("style") and not [name for _, found in page.tags for name in found if name.startswith("on")]
    assert not page.all("style") and all(script.get("src") for script in page.all("script"))
    ids = page.values("id")
    assert len(ids) == len(set(ids)), "an id is there twice"
    assert set(page.values("for")) <= set(ids)
    for described in page.values("aria-describedby") + page.values("aria-labelledby"):
        assert set(described.split()) <= set(ids)
    assert all("alt" in image for image in page.all("img"))
    assert len(page.all("h1")) == 1 and page.all("html")[0]["lang"] == locale.replace("_", "-")


@pytest.mark.parametrize("name", list(PAGES))
def test_every_form_that_changes_something_carries_its_token(name):
    """All but two that stand on every page: pages for everybody are kept in a cache, and hold nobody's token."""
    for form in re.findall(r'<form[^>]*method="post".*?</form>', PAGES[name]("en"), re.S):
        assert ('name="csrf"' in form) == (re.search('action="(/language|/sandbox/clock)"', form) is None)


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_no_template_has_inline_style_or_script(path):
    text = path.read_text()
    if path.parts[-2] != "mail":
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", re.sub(r"(?s)\{[{%].*?[%}]\}", "", text))
    assert not re.search(r'<script(?![^>]*(?:src=|type="application/ld\+json"))', text) and "|safe" not in text.replace(
        " ", ""
    )
    environment().get_template(path.relative_to(TEMPLATES).as_posix())


def test_what_people_wrote_is_escaped_and_what_a_page_needs_must_be_given():
    assert "River &lt;Moon&gt;" in sheet() and "<Moon>" not in sheet()
    with pytest.raises(UndefinedError):
        sheet(live=Thing(name="half"))
    with pytest.raises(UndefinedError):
        render("error.html", "en", sentence="")


def test_a_page_speaks_its_readers_language_and_leaves_none_behind():
    assert "<h1>电影</h1>" in sheet("zh_CN") and "还剩 9天" in sheet("zh_CN")
    assert "电影" in render("error.html", "zh_CN", status=404, sentence="")
    assert (locale(), "9 days left" in sheet()) == ("en", True)


def test_a_card_tells_what_matters_in_its_state():
    text = re.sub(r"<[^>]+>|\s+", " ", sheet())
    text = re.sub(" +", " ", text)
    assert "€85,000 promised of €100,000" in text and "85% 1,806 fans" in text
    assert "Opens " in text and "€104,000 collected of €100,000" in text and "104% 1,806 fans" in text
    assert "€0 collected, €80,000 was needed 1,806 fans" in text and "€81,000 promised of" not in text, "no result"


def test_an_amount_that_is_promised_is_never_shown_as_collected():
    source = '{% from "ui/bands.html" import bands %}{{ bands(promised, collected, 100, "EUR") }}'
    drawn = environment().from_string(source).render
    live, ended = Page(drawn(promised=85, collected=0)), Page(drawn(promised=110, collected=104))
    assert [(found["class"], found.get("width")) for found in live.all("rect")] == [("bands__promised", "850")]
    assert "85% of the goal of €1 is promised" in (live.all("svg")[0]["aria-label"] or "")
    assert [found["class"] for found in ended.all("rect")] == ["bands__promised", "bands__collected", "bands__goal"]
    assert "€1.04 collected of €1.10 promised" in (ended.all("svg")[0]["aria-label"] or "")


def test_a_field_shows_what_was_typed_and_what_is_wrong_with_it():
    form = a_form({"email": 'a"b', "amount": "12.345"}, {"email": "That is no address.", "amount": "Plain digits."})
    source = """{% import "ui/field.html" as field %}{{ field.form_errors(form) }}{{ field.email(form, hint="Yours.") }}
      {{ field.money(form, "amount", "How much", "EUR") }}{{ field.password(form) }}
      {{ field.text(form, "name", "Name", required=false) }}"""
    page = Page(environment().from_string(source).render(form=form))
    email, amount, password, name = (found for found in page.all("input"))
    assert (email["value"], email["aria-invalid"], email["aria-describedby"]) == (
        'a"b',
        "true",
        "hint-email error-email",
    )
    assert (amount["value"], amount["inputmode"], amount["aria-describedby"]) == ("12.345", "decimal", "error-amount")
    assert "value" not in password and "aria-invalid" not in name and "required" not in name and "required" in email
    assert {"error-email", "error-amount", "errors"} <= set(page.values("id"))
    again = environment().from_string(source).render(form=form)
    assert "Email: That is no address." in again and "How much: Plain digits." in again, "the summary names its fields"
    assert {link["href"] for link in page.all("a")} == {"#field-email", "#field-amount"}


def test_every_other_field_is_whole_too():
    source = """{% import "ui/field.html" as field %}
      {{ field.textarea(form, "story", "Story", maxlength=500, markdown=true) }}
      {{ field.select(form, "rule", "Rule", [("a", "All"), ("b", "Some")]) }}
      {{ field.checkbox(form, "shown", "Show me") }}
      {{ field.radios(form, "kind", "Kind", [("x", "X", ""), ("y", "Y", "more")]) }}
      {{ field.moment_field(form, "opens", "Opens") }}
      {{ field.image(form, "art", "Art") }}
      {{ field.number(form, "n", "N", price=120) }}
      {{ field.money_lines(form, "budget", "Budget", "EUR", 3) }}"""
    form = a_form(
        {"story": "\nfirst line", "rule": "b", "shown": "yes", "kind": "y", "budget_2_name": "Cast"},
        {"budget_2_amount": "How much?"},
    )
    page = Page(environment().from_string(source).render(form=form))
    assert set(page.values("for")) <= set(page.values("id")) and len(page.values("id")) == len(set(page.values("id")))
    assert [found.get("value") for found in page.all("option") if "selected" in found] == ["b"]
    checked = {(found["name"], found["value"]) for found in page.all("input") if "checked" in found}
    assert checked == {("shown", "yes"), ("kind", "y")}
    assert ">\n\nfirst line</textarea>" in page.text, "a browser drops the first line end, so one more is needed"
    assert [found["name"] for found in page.all("input") if found.get("aria-invalid")] == ["budget_2_amount"]


def test_a_button_that_asks_first_carries_its_question():
    source = """{% from "ui/button.html" import button %}
      {{ button("Cancel", "/p/1/cancellation", "t", "danger", confirm="Sure?", values={"a": "1"}) }}"""
    page = Page(environment().from_string(source).render())
    form = page.all("form")[0]
    assert (form["action"], form["method"], form["data-confirm"], form["data-behaviour"]) == (
        "/p/1/cancellation",
        "post",
        "Sure?",
        "confirm submit-once",
    )
    assert {(found["name"], found["value"]) for found in page.all("input")} == {("csrf", "t"), ("a", "1")}


def test_a_chart_says_in_a_table_what_it_draws():
    source = """{% from "ui/chart.html" import columns, shares %}
      {{ columns(points, "Pledges by day", "Day", "Pledges") }}{{ shares(points, 200) }}"""
    points = [(f"{day} Nov", day * 10, str(day * 10)) for day in range(1, 21)]
    page = Page(environment().from_string(source).render(points=points))
    assert len(page.all("tr")) == 21 and len(page.all("title")) == 20 and page.all("caption")
    Page(environment().from_string(source).render(points=[]))


def test_the_art_of_a_title_is_its_own_or_the_one_that_is_drawn():
    assert formats.art_url(Thing(id=5, art_url="/images/a.webp")) == "/images/a.webp"
    assert formats.art_url(Thing(id=5)) == "/art/5.svg" and key_art(5, "film", "sky").startswith("<svg")


def test_mails_have_a_text_and_a_page_and_say_when_they_are_simulated():
    text = render("mail/base.txt", "en", link="https://site/x?a=1&b=2", link_label="Confirm", simulated=True)
    assert "https://site/x?a=1&b=2" in text and "no real money moves" in text
    page = render("mail/base.html", "zh_CN", link="https://site/x?a=1&b=2", link_label="Confirm")
    assert 'href="https://site/x?a=1&amp;b=2"' in page and "style=" not in page and "模拟" not in page
