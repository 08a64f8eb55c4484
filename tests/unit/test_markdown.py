"""What people write becomes a page's text and nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdfund.web.markdown import _TAGS, markdown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("~~no~~", "<p><s>no</s></p>"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("https://bare.example", "<p>https://bare.example</p>"),
    ],
)
def test_the_usual_marks_work_and_html_is_only_words(written, shown):
    assert markdown(written).strip() == shown


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("# A\n\n## B", ["h3", "h4"]),
        ("## A\n\n### B", ["h3", "h4"]),
        ("#### A", ["h3"]),
        ("# A\n\n###### B", ["h3", "h6"]),
    ],
)
def test_headings_begin_below_those_of_the_page(written, levels):
    html = markdown(written)
    assert [f"h{html[i + 2]}" for i in range(len(html)) if html.startswith("<h", i)] == levels


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("https://example.org", True),
        ("//example.org", True),
        ("mailto:a@b.c", True),
        ("/films", False),
        ("#top", False),
    ],
)
def test_links_that_lead_away_say_that_we_do_not_vouch(address, foreign):
    html = markdown(f"[words]({address})")
    assert f'href="{address}"' in html
    assert ('rel="nofollow noopener ugc"' in html) == foreign


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]
)
def test_an_address_that_is_none_is_no_link(address):
    assert "<a" not in markdown(f"[words]({address})")


def test_only_pictures_kept_here_are_shown():
    ours = markdown("![A boat](/images/7f3a.webp)")
    assert 'src="/images/7f3a.webp"' in ours and 'alt="A boat"' in ours and 'loading="lazy"' in ours
    for other in (
        "https://spy.example/p.png",
        "//spy.example/p.png",
        "/images/../account",
        "/sign-out",
        "data:image/png;base64,xx",
    ):
        html = markdown(f"![A boat]({other})")
        assert "<img" not in html


def test_a_picture_that_is_left_out_leaves_its_words_and_no_tag_from_them():
    assert markdown("![A *boat* <b>](https://e.example/x.png)").strip() == "<p>A boat &lt;b&gt;</p>"


class Reader(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


PIECES = [
    *(
        "[a](",
        "![a](",
        ")",
        "](",
        "# ",
        "> ",
        "- ",
        "`",
        "\\",
        "\n",
        "\n\n",
        "|a|b|\n|-|-|\n",
        "[x]: javascript:y\n\n[x]",
    ),
    *(
        "javascript:x",
        "/images/a.webp",
        "https://e.example",
        "//e.example",
        "data:text/html,x",
        "style=",
        "&lt;",
        "&#x3c;",
    ),
    *("<img src=x onerror=y>", "<a href='javascript:x'>", "<script>", "</script>", "<!--", "-->", "<javascript:x>"),
    *('"', "'", "\x00", "é", "\u202e"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=20).map("".join))
def test_whatever_anybody_types_a_browser_sees_only_harmless_tags(written):
    seen = Reader(markdown(written))
    assert set(seen.tags) <= _TAGS
    for name, value in seen.attributes:
        assert name in {"href", "title", "rel", "src", "alt", "loading", "decoding", "start"}
        if name == "src":
            assert value is not None and value.startswith("/images/")
        if name == "href":
            assert not re.match(r"\s*(javascript|vbscript|data|file):", value or "", re.IGNORECASE)
