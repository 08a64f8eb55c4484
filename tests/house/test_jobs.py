"""Whatever is put into the outbox has somebody who takes it out, and nobody waits for what nobody asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from crowdfund.jobs import JOBS

HOUSE = Path(__file__).parents[2] / "crowdfund"


def trees(*words: str) -> Iterator[ast.Module]:
    """Of the files that have one of these words in them."""
    for path in HOUSE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if any(word in text for word in words):
            yield ast.parse(text)


def asked_for(tree: ast.Module) -> Iterator[str]:
    """The kinds of job that a file asks for by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("enqueue") and node.args:
            kind = node.args[0]
            if isinstance(kind, ast.Constant):
                yield str(kind.value)


def test_each_job_that_is_asked_for_is_done() -> None:
    kinds = {kind for tree in trees("enqueue") for kind in asked_for(tree)}
    assert len(kinds) > 30
    assert kinds <= set(JOBS), f"nobody does {sorted(kinds - set(JOBS))}"


def names_in(tree: ast.Module) -> Iterator[str]:
    """The words that a file uses, but for its own table of jobs."""
    tables = [
        node.value for node in tree.body if isinstance(node, ast.AnnAssign | ast.Assign) and "JOBS" in ast.unparse(node)
    ]
    inside = {id(node) for table in tables if table for node in ast.walk(table)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def test_each_job_that_is_done_is_asked_for() -> None:
    """By name, though that may stand in a variable before it is asked for."""
    named = {name for tree in trees(*JOBS) for name in names_in(tree)}
    assert set(JOBS) <= named, f"nobody asks for {sorted(set(JOBS) - named)}"
