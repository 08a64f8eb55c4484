"""README tells the truth: every command and every setting stands in it, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crowdfund.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_named(command: str) -> None:
    assert f"`crowdfund {command}" in README


def test_every_setting_is_named() -> None:
    source = (ROOT / "crowdfund" / "settings.py").read_text(encoding="utf-8")
    settings = {f"CROWDFUND_{name}" for name in re.findall(r'\bof\("([A-Z_]+)"', source)}
    assert settings == {name for name in re.findall(r"`(CROWDFUND_[A-Z_]+)`", README)} - {"CROWDFUND_TEST_DATA"}


def test_pictures_and_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
