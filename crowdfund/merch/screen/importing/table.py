"""A table (CSV) of what is on screen, as script supervisors keep one. A line is a scene, or a product in one:

    scene,scene_name,product,kind,wearer,actor,designer,category,start,end,prominence,spoiler,alt,box
    S12,The gate,,,,,,,00:12:00.000,00:15:00.000,,0,,
    S12,,Pearl drop earring,jewellery,Lin,Zhao Wei,Mo Chen,earrings,00:12:34.200,00:12:41.000,3,0,left ear,0 0.62 0.31 0.08 0.12

Columns are known by their names, in any order; start and end have to be there, and scene or product. Between cells: comma, semicolon
or tab. A time is typed as everywhere: 00:12:34.200, 754.2, or with frames. A box moves: `0 0.62 …; 2.4 0.58 …`. Pure.
"""

from __future__ import annotations

import csv
import unicodedata
from fractions import Fraction
from io import StringIO

from crowdfund.merch.screen.importing.rows import (
    FILE_MAX,
    ROWS_MAX,
    Listed,
    ListNotUnderstood,
    Problem,
    SceneRow,
    SightingRow,
)
from crowdfund.merch.screen.models import ProductKind
from crowdfund.merch.screen.rules import ALT_MAX, CODE_MAX, NAME_MAX, PROMINENCES, SPOILERS, Box, boxes_of
from crowdfund.merch.screen.timecode import understand
from crowdfund.refusal import Invalid, Refusal

COLUMNS = (
    "scene", "scene_name", "product", "kind", "wearer", "actor", "designer", "category", "start", "end", "prominence", "spoiler",
    "alt", "box",
)  # fmt: skip
_WIDTHS = {"scene": CODE_MAX, "alt": ALT_MAX}

Cells = dict[str, str]


def text_of(content: bytes) -> str:
    """A file as text. Raises ListNotUnderstood."""
    if len(content) > FILE_MAX:
        raise ListNotUnderstood("Please send a list of at most 1 MB.", field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeError:
        raise ListNotUnderstood("Please send the list in UTF-8.", field="file") from None
    return readable(text)


def readable(text: str) -> str:
    """Text with one kind of line end, and no letter that can't be seen. Raises ListNotUnderstood."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text):
        raise ListNotUnderstood("There are invisible control characters in this list.", field="file")
    return text


def read_table(text: str, fps: Fraction) -> Listed:
    """What a table says. Raises ListNotUnderstood for what is no such table; what is wrong in a line is told of that line."""
    lines = [line for line in csv.reader(StringIO(text), delimiter=_between(text))]
    if not lines:
        raise ListNotUnderstood("There is nothing in this list.", field="file")
    names = [cell.strip().lower().replace(" ", "_") for cell in lines[0]]
    _refuse_names(names)
    scenes: list[SceneRow] = []
    sightings: list[SightingRow] = []
    problems: list[Problem] = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = _row(dict(zip(names, (cell.strip() for cell in cells), strict=False)), number, fps)
        except Refusal as refusal:
            problems.append(Problem(number, refusal.words))
            continue
        if isinstance(row, SightingRow):
            sightings.append(row)
        else:
            scenes.append(row)
    if len(scenes) + len(sightings) > ROWS_MAX:
        raise ListNotUnderstood("At most {most} lines at once.", field="file", most=ROWS_MAX)
    if not scenes and not sightings and not problems:
        raise ListNotUnderstood("There is nothing in this list.", field="file")
    return Listed(tuple(scenes), tuple(sightings), tuple(problems))


def _between(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _refuse_names(names: list[str]) -> None:
    if odd := [name for name in names if name and name not in COLUMNS]:
        raise ListNotUnderstood(
            "There is no column {name}. Columns are {names}.", field="file", name=odd[0][:40], names=", ".join(COLUMNS)
        )
    if len(set(names)) < len(names):
        raise ListNotUnderstood("A column stands there twice.", field="file")
    if not {"start", "end"} <= set(names) or not {"scene", "product"} & set(names):
        raise ListNotUnderstood(
            "The first line names the columns: start, end, and scene or product at least.", field="file"
        )


def _row(cells: Cells, line: int, fps: Fraction) -> SceneRow | SightingRow:
    for name, cell in cells.items():
        if name != "box" and len(cell) > _WIDTHS.get(name, NAME_MAX):
            raise Invalid("{name}: at most {most} letters.", name=name, most=_WIDTHS.get(name, NAME_MAX))
    start, end = understand(cells.get("start", ""), fps), understand(cells.get("end", ""), fps)
    code, spoiler = cells.get("scene", ""), _one_of(cells, "spoiler", SPOILERS)
    if not cells.get("product"):
        if not code:
            raise Invalid("This line names neither a scene nor a product.")
        return SceneRow(line, code, cells.get("scene_name", ""), start, end, spoiler)
    return SightingRow(
        line, cells["product"], start, end, code, _kind(cells.get("kind", "")), cells.get("wearer", ""), cells.get("actor", ""),
        cells.get("designer", ""), cells.get("category", ""), _one_of(cells, "prominence", PROMINENCES), spoiler, cells.get("alt", ""),
        tuple(Box(*box) for box in boxes_of(cells.get("box", ""))),
    )  # fmt: skip


def _kind(typed: str) -> ProductKind | None:
    if not typed:
        return None
    if typed.lower() not in set(ProductKind):
        raise Invalid("{kind} is no kind of product: costume, prop, jewellery or set.", kind=typed)
    return ProductKind(typed.lower())


def _one_of(cells: Cells, name: str, allowed: range) -> int | None:
    typed = cells.get(name, "")
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or int(typed) not in allowed:
        raise Invalid("{name} is a number from {least} to {most}.", name=name, least=allowed[0], most=allowed[-1])
    return int(typed)
