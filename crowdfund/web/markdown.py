"""Stories, updates and comments: Markdown to HTML that can do no harm. Two walls: the parser knows no HTML, nh3 cleans."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

# A story stands below the page's h1 and its section's h2.
_FIRST_HEADING = 3
_OWN_IMAGE = re.compile(r"/images/[A-Za-z0-9][A-Za-z0-9._/-]*", re.ASCII)
_FOREIGN = "nofollow noopener ugc"

_TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "h5", "h6", "a",
    "img", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title", "rel"}, "img": {"src", "alt", "title", "loading", "decoding"}, "ol": {"start"}}


def markdown(text: str) -> Markup:
    """What somebody wrote, as HTML for a page. Headings start at h3; only pictures kept by this site are shown.

    How long a text may be is the business of the form that took it.
    """
    dirty = _parser().render(text)
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            dirty,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_allowed,
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
            strip_comments=True,
        )
    )


_ADDRESS = re.compile(r"https?://[^\s<>\"'“”‘’]+", re.IGNORECASE)
_END_OF_SENTENCE = ".,;:!?)]}…。，；：！？）"


def plain(text: str) -> Markup:
    """What somebody wrote in passing, as HTML: paragraphs, line ends, and addresses that can be followed.

    It is no Markdown, so that each link reads as where it leads: no words can stand for another address.
    """
    paragraphs = re.split(r"\n[ \t]*\n", text.strip())
    dirty = "".join(f"<p>{'<br>'.join(map(_with_links, part.strip().splitlines()))}</p>" for part in paragraphs)
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            dirty, tags={"p", "br", "a"}, attributes={"a": {"href", "rel"}}, url_schemes={"http", "https"}, link_rel=None
        )
    )  # fmt: skip


def _with_links(line: str) -> str:
    parts, at = [], 0
    for found in _ADDRESS.finditer(line):
        address = found[0].rstrip(_END_OF_SENTENCE)
        shown = escape(address)
        parts += [escape(line[at : found.start()]), Markup('<a href="{0}" rel="{1}">{0}</a>').format(shown, _FOREIGN)]
        at = found.start() + len(address)
    return str(Markup().join([*parts, escape(line[at:])]))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.core.ruler.push("place", _place)
    parser.add_render_rule("image", _image)
    return parser


def _place(state: StateCore) -> None:
    """Shift headings below the page's own, the text's highest to h3, and mark links that lead away."""
    headings = [token for token in state.tokens if token.type in ("heading_open", "heading_close")]
    shift = _FIRST_HEADING - min((int(token.tag[1]) for token in headings), default=0)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "link_open" and not _is_ours(str(child.attrGet("href"))):
                child.attrSet("rel", _FOREIGN)


def _is_ours(href: str) -> bool:
    return href.startswith("#") or (href.startswith("/") and not href.startswith("//"))


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    """One of our own pictures; of any other only the words that stand for it."""
    token = tokens[index]
    if not _OWN_IMAGE.fullmatch(str(token.attrGet("src"))) or ".." in str(token.attrGet("src")):
        return str(Markup.escape(self.renderInlineAsText(token.children, options, env)))
    token.attrSet("loading", "lazy")
    token.attrSet("decoding", "async")
    return self.image(tokens, index, options, env)


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not _OWN_IMAGE.fullmatch(value):
        return None
    if tag == "a" and attribute == "rel" and value != _FOREIGN:
        return None
    return value
