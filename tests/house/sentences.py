"""Every sentence that the site says, found where it is written: in templates, in gettext calls, in refusals and reasons."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2.ext import babel_extract

import crowdfund
from crowdfund.refusal import Refusal

HOUSE = Path(crowdfund.__file__).parent
TEMPLATES = HOUSE.parent / "templates"

# No person reads these: the sandbox speaks as Stripe does, the others are programs' own or the operator's terminal.
OTHERS = {"sandbox", "replay", "demo", "commands", "cli.py", "smoke.py"}
# What is told to programs only, in English.
FOR_PROGRAMS = {"web/api.py", "web/openapi.py", "ledger/post.py"}
# Where sentences stand that are handed on by a name: functions that give one, tables of them.
TABLES = {"never_in_time", "_NEEDED", "PERK_SENTENCES", "_KEPT", "_RELEASED_BECAUSE", "SUBMITTED_BECAUSE", "TEXT"}
# Which argument a sentence is, where it isn't the first.
PLACES = {"Missing": 1, "_move": 2, "_fail": 1, "withdraw": 1, "must_tick": 0}
# Errors that say something else first: a list of what is wrong, how long to wait, what Stripe said.
SAY_THEIR_OWN = {"BodyInvalid", "NotReady", "PromiseBroken", "TooMany", "Unknown"}
GETTEXT = {"_": 0, "lazy": 0, "ngettext": 0, "pgettext": 1, "npgettext": 1}


class Said(NamedTuple):
    context: str | None
    sentence: str
    where: str


@cache
def refusals() -> set[str]:
    """The names of all classes that say no, those of every room."""
    for module in pkgutil.walk_packages(crowdfund.__path__, "crowdfund."):
        if not module.name.endswith(("__main__", ".smoke", ".serve")):
            importlib.import_module(module.name)
    found, new = {Refusal}, {Refusal}
    while new:
        new = {below for one in new for below in one.__subclasses__()}
        found |= new
    return {one.__name__ for one in found} - SAY_THEIR_OWN


def files() -> list[Path]:
    return [path for path in sorted(HOUSE.rglob("*.py")) if not OTHERS & set(path.relative_to(HOUSE).parts)]


def is_for_programs(path: Path) -> bool:
    inside = path.relative_to(HOUSE)
    return "api" in inside.parts or path.stem == "api" or inside.as_posix() in FOR_PROGRAMS


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def sentence_of(call: ast.Call, names: set[str]) -> ast.expr | None:
    """The argument of a call that is a sentence, where it takes one."""
    name = name_of(call.func)
    if name == "__init__" and ast.unparse(call.func) == "super().__init__":
        return next((one for one in call.args if isinstance(one, ast.Constant) and " " in str(one.value)), None)
    if name not in names and name not in PLACES:
        return None
    place = PLACES.get(name, 0)
    return call.args[place] if len(call.args) > place else None


def constants(node: ast.AST) -> Iterator[str]:
    """Sentences in it, but for those that a call takes: what that does with them is its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
        yield node.value
    if not isinstance(node, ast.Call):
        for below in ast.iter_child_nodes(node):
            yield from constants(below)


def in_templates() -> Iterator[Said]:
    options = {"newstyle_gettext": "yes", "trim_blocks": "yes", "lstrip_blocks": "yes", "silent": "no"}
    for path in sorted(TEMPLATES.rglob("*.*")):
        with path.open("rb") as file:
            for line, function, message, _ in babel_extract(file, ("gettext", *GETTEXT), (), options):
                texts = [message] if isinstance(message, str) else list(message or ())
                place = GETTEXT[function if function != "gettext" else "_"]
                if len(texts) > place and texts[place]:
                    yield Said(texts[0] if place else None, texts[place], f"{path.name}:{line}")


def in_code() -> Iterator[Said]:
    names = refusals()
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files()}
    handed_on = {"sentence", "because"}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(said := sentence_of(node, names), ast.Name):
                handed_on.add(said.id)
    for path, tree in trees.items():
        translated = not is_for_programs(path)
        for node in ast.walk(tree):
            for context, sentence in _said_by(node, names, handed_on, translated=translated):
                yield Said(context, sentence, f"{path.relative_to(HOUSE)}:{getattr(node, 'lineno', 0)}")


def _said_by(
    node: ast.AST, names: set[str], handed_on: set[str], *, translated: bool
) -> Iterator[tuple[str | None, str]]:
    if isinstance(node, ast.Call):
        if (place := GETTEXT.get(name_of(node.func))) is not None:
            texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            if isinstance(texts[place], str):
                yield (texts[0] if place else None), texts[place]
        elif translated and (said := sentence_of(node, names)) is not None:
            counted = [
                keyword.value for keyword in node.keywords if keyword.arg == "one"
            ]  # a catalogue knows it by this
            written = counted or ([said] if isinstance(said, ast.Constant) else getattr(said, "values", []))
            yield from ((None, one.value) for one in written if isinstance(one, ast.Constant) and one.value)
        if translated:
            for keyword in node.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else ""
                if keyword.arg in ("because", "note") and value:
                    yield None, value
    elif translated and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in TABLES:
        for part in node.body[1:]:  # its docstring aside
            yield from ((None, sentence) for sentence in constants(part))
    elif translated and isinstance(node, ast.Assign):
        targets = {name_of(one) for target in node.targets for one in getattr(target, "elts", [target])}
        if targets & (handed_on | TABLES):
            yield from ((None, sentence) for sentence in constants(node.value))
