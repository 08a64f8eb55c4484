"""A ticket on paper: a page of A4 that is folded twice, so that the title is on its front and the code on its back.

fpdf2 draws it (the extra `pdf`) in Noto Sans and Serif SC, and in Noto Sans where these lack a letter. The page on the site prints
as well; this is what goes with a mail.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from crowdfund.refusal import Refusal
from crowdfund.screenings.codes import qr
from crowdfund.screenings.codes.setting import PARTS, fitted, lines_of

if TYPE_CHECKING:
    from fpdf import FPDF

Say = Callable[[str], str]
Colour = tuple[int, int, int]

# A title's own colours, those of static/css/tokens.css by day: each is dark enough on a printer that has black alone.
KEYS: dict[str, Colour] = {
    "amber": (0xA3, 0x47, 0x08), "pitch": (0x17, 0x68, 0x41), "rose": (0xAB, 0x24, 0x53), "sky": (0x22, 0x57, 0xA8),
    "violet": (0x61, 0x40, 0xB5), "teal": (0x0D, 0x64, 0x70),
}  # fmt: skip
INK, SOFT, RULE = (0x19, 0x15, 0x20), (0x5A, 0x52, 0x63), (0xA0, 0x98, 0xA8)
_POINT = 0.3528  # mm
_LETTERS_MAX = 1000  # of anything; there is no room for more
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


class CannotMakePdf(Refusal):
    """The extra is not installed."""


@dataclass(frozen=True, slots=True)
class TicketOnPaper:
    """What stands on a ticket, in the words of its reader.

    seat: as large as can be, `F 12`, or `Standing`; seat_words: all of it, `Row F, seat 12, balcony`. day, time, doors: in the
    venue's zone. price, fee, total: amounts. code: the QR code's text; typed: as it is printed. key: a colour's name.
    """

    title: str
    cinema: str
    hall: str
    address: str
    day: str
    time: str
    doors: str
    seat: str
    seat_words: str
    price_type: str
    price: str
    fee: str
    total: str
    holder: str
    order_number: str
    code: str
    typed: str
    terms: str
    key: str = "amber"


def make_pdf(tickets: Sequence[TicketOnPaper], *, _: Say, language: str, site: str, made_at: datetime) -> bytes:
    """A page a ticket.

    _: gettext of the reader's language; language: as HTML writes it, `zh-CN`; site: whose tickets they are. Takes half a second
    of a core, for the fonts, however many tickets: for a thread. Raises CannotMakePdf.
    """
    sheet = _Sheet(_opened())
    pdf = sheet.pdf
    pdf.set_title(f"{tickets[0].title} · {tickets[0].day}" if tickets else site)
    pdf.set_author(site)
    pdf.set_lang(language)
    pdf.set_creation_date(made_at)
    for ticket in tickets:
        pdf.add_page()
        _frame(sheet, KEYS.get(ticket.key, KEYS["amber"]))
        _front(sheet, ticket, _)
        _back(sheet, ticket, _)
        _inside(sheet, ticket, _, site)
    return bytes(pdf.output())


def _opened() -> FPDF:
    try:
        import fontpkg
        import pylopdf_fonts_zh_cn as fonts
        from fpdf import FPDF
    except ImportError:
        raise CannotMakePdf("This site can't make PDF files. Print the ticket's page instead.") from None
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.add_font("sans", fname=fonts.sans_path())
    pdf.add_font("serif", fname=fonts.serif_path())
    pdf.add_font("latin", fname=fontpkg.path("Noto Sans"))
    return pdf


class _Sheet:
    """A page to write on. x and y are millimetres from the top left, y that of the line's foot; sizes are points."""

    def __init__(self, pdf: FPDF) -> None:
        self.pdf = pdf

    def _runs(self, text: str, face: str) -> Iterator[tuple[str, str]]:
        """Words with the face that has all their letters: SC faces have those of Western Europe and Russian, and no others."""
        has = self.pdf.fonts[face].cmap  # type: ignore[union-attr]
        for word in PARTS.findall(text):
            yield (face if all(ord(letter) in has for letter in word) else "latin"), word

    def width_of(self, text: str, size: float, face: str = "sans") -> float:
        width = 0.0
        for one, word in self._runs(text, face):
            self.pdf.set_font(one, size=size)
            width += self.pdf.get_string_width(word)
        return width

    def line(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        face: str = "sans",
        colour: Colour = INK,
        strong: bool = False,
    ) -> None:
        """One line. strong: drawn thicker, since the fonts come in one weight."""
        pdf = self.pdf
        pdf.set_text_color(colour)
        pdf.set_draw_color(colour)
        with pdf.local_context(text_mode="FILL_STROKE" if strong else "FILL", line_width=size * 0.011):
            for one, words in groupby(self._runs(_clean(text), face), key=itemgetter(0)):
                run = "".join([word for _, word in words])
                pdf.set_font(one, size=size)
                pdf.text(x, y, run)
                x += pdf.get_string_width(run)

    def middle(self, x: float, y: float, text: str, size: float, *, colour: Colour = INK, strong: bool = False) -> None:
        self.line(x - self.width_of(_clean(text), size) / 2, y, text, size, colour=colour, strong=strong)

    def words(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        *,
        most: int = 9,
        colour: Colour = INK,
        strong: bool = False,
    ) -> float:
        """Some lines, and where the next would stand."""
        leading = size * _POINT * 1.4
        _, lines = fitted(_clean(text), width, most, [size], self.width_of)
        for place, line in enumerate(lines):
            self.line(x, y + place * leading, line, size, colour=colour, strong=strong)
        return y + len(lines) * leading

    def large(self, x: float, y: float, width: float, text: str, most: int, sizes: Sequence[float]) -> float:
        """What has to be seen from afar, as large as it fits; gives back where its last line stands."""
        size, lines = fitted(_clean(text), width, most, sizes, lambda part, size: self.width_of(part, size, "serif"))
        leading = size * _POINT * 1.14
        for place, line in enumerate(lines):
            self.line(x, y + size * _POINT * 0.8 + place * leading, line, size, face="serif", strong=True)
        return y + size * _POINT * 0.8 + (len(lines) - 1) * leading

    def label(self, x: float, y: float, text: str) -> None:
        self.line(x, y, text, 8, colour=SOFT)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))[:_LETTERS_MAX]


def _frame(sheet: _Sheet, key: Colour) -> None:
    """The stub: its edge, the title's colour above, bitten where it is torn; and the fold below it."""
    pdf = sheet.pdf
    pdf.set_draw_color(RULE)
    pdf.set_line_width(0.25)
    pdf.rect(10, 10, 190, 131, round_corners=True, corner_radius=3)
    pdf.set_fill_color(key)
    pdf.rect(10, 10, 190, 4.5, style="F", round_corners=("TOP_LEFT", "TOP_RIGHT"), corner_radius=3)  # type: ignore[arg-type]
    with pdf.local_context(dash_pattern={"dash": 1.6, "gap": 1.6}, line_width=0.4):
        pdf.line(105, 18, 105, 137)
    with pdf.local_context(dash_pattern={"dash": 0.3, "gap": 2.2}, line_width=0.2):
        pdf.line(0, 148.5, 210, 148.5)
    pdf.set_fill_color(255)
    for y, start in ((10.0, 0), (141.0, 180)):
        pdf.circle(105, y, 3.2, style="F")
        pdf.arc(105 - 3.2, y - 3.2, 6.4, start, start + 180)


def _front(sheet: _Sheet, ticket: TicketOnPaper, _: Say) -> None:
    x, width = 17.0, 81.0
    sheet.words(x, 23, width, f"{ticket.cinema} · {ticket.hall}", 9.5, most=1, colour=SOFT)
    y = _title(sheet, x, 27.5, width, ticket.title)
    sheet.line(x, max(y + 17, 66), ticket.time, 26, face="serif", strong=True)
    y = sheet.words(x, max(y + 24, 73.5), width, ticket.day, 11, most=2)
    sheet.words(x, y, width, ticket.doors, 9.5, most=1, colour=SOFT)
    sheet.label(x, 100, _("Your place"))
    sheet.large(x, 103.5, width, ticket.seat, 1, range(64, 23, -2))
    sheet.words(x, 130.5, width, ticket.seat_words, 10.5, most=2)


def _title(sheet: _Sheet, x: float, y: float, width: float, title: str) -> float:
    """Three large lines, or five small ones where a title is that long."""
    large, small = range(34, 19, -1), range(19, 10, -1)
    needs = lines_of(_clean(title), width, lambda part: sheet.width_of(part, large[-1], "serif"))
    return sheet.large(x, y, width, title, 3, large) if len(needs) <= 3 else sheet.large(x, y, width, title, 5, small)


def _back(sheet: _Sheet, ticket: TicketOnPaper, _: Say) -> None:
    x, middle = 112.0, 152.5
    _draw_code(sheet.pdf, ticket.code, middle - 36, 17, 72)
    sheet.middle(middle, 94.5, ticket.typed, 19, strong=True)
    sheet.middle(middle, 100, _("Typed where there is no camera"), 8, colour=SOFT)
    sheet.label(x, 112, _("Held by"))
    y = sheet.words(x, 117.5, 81, ticket.holder, 13, most=2, strong=True)
    sheet.words(x, y, 81, f"{ticket.price_type} · {ticket.total}", 10.5, most=1)
    sheet.label(x, 136, f"{_('Order number')} {ticket.order_number}")


def _draw_code(pdf: FPDF, text: str, x: float, y: float, side: float) -> None:
    wide, bars = qr.bars(text)
    module = side / wide
    pdf.set_fill_color(0)
    for column, row, length in bars:
        pdf.rect(
            x + column * module, y + row * module, length * module, module + 0.01, style="F"
        )  # no hairline between rows


def _inside(sheet: _Sheet, ticket: TicketOnPaper, _: Say, site: str) -> None:
    left, right, width = 17.0, 112.0, 81.0
    sheet.label(left, 163, _("Where"))
    y = sheet.words(left, 169, width, ticket.cinema, 12, most=2, strong=True)
    y = sheet.words(left, y, width, ticket.hall, 10.5, most=1)
    sheet.words(left, y, width, ticket.address, 10.5, most=3)
    sheet.label(left, 203, _("When"))
    y = sheet.words(left, 209, width, f"{ticket.day}, {ticket.time}", 12, most=2, strong=True)
    sheet.words(left, y, width, ticket.doors, 10.5, most=1)
    sheet.label(right, 163, _("Paid"))
    _sums(
        sheet,
        right,
        right + width,
        169,
        [(ticket.price_type, ticket.price), (_("Booking fee"), ticket.fee), (_("Total"), ticket.total)],
    )
    sheet.label(right, 203, _("At the door"))
    said = _("The code lets one person in, once. Show it on paper or on a screen, and give a picture of it to nobody.")
    sheet.words(right, 209, width, said, 10.5, most=4)
    sheet.label(left, 238, _("What you agreed to"))
    sheet.words(left, 244, 176, ticket.terms, 10.5, most=7)
    sheet.label(left, 285, f"{site} · {_('Order number')} {ticket.order_number}")


def _sums(sheet: _Sheet, left: float, right: float, y: float, rows: list[tuple[str, str]]) -> None:
    for place, (what, amount) in enumerate(rows):
        last = place == len(rows) - 1
        if last:
            sheet.pdf.set_draw_color(RULE)
            sheet.pdf.line(left, y - 5, right, y - 5)
        wide = sheet.width_of(amount, 10.5)
        sheet.words(left, y, right - left - wide - 4, what, 10.5, most=1, strong=last)
        sheet.line(right - wide, y, amount, 10.5, strong=last)
        y += 7
