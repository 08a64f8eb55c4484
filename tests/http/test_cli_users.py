"""The operator's commands about people and the schema."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crowdfund import settings
from crowdfund.cli import main
from crowdfund.people import passwords


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    settings.use(settings.Settings(database_url=f"sqlite:///{tmp_path / 'site.db'}", secret="x", data=tmp_path))
    yield tmp_path


def crowdfund(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def people(data: Path) -> list[tuple[str, str, str | None, str]]:
    connection = sqlite3.connect(data / "site.db")
    try:
        return connection.execute("SELECT email, name, staff_role, password_hash FROM person").fetchall()
    finally:
        connection.close()


def test_migrating_twice_applies_each_file_once(data: Path) -> None:
    first, second = crowdfund("migrate"), crowdfund("migrate")
    assert first.exit_code == second.exit_code == 0
    assert "applied 0001_foundation" in first.output and second.output == ""


def test_a_person_is_made_and_becomes_staff(data: Path) -> None:
    made = crowdfund(
        "user",
        "make",
        "Lin@Example.com",
        "--name",
        "Lin",
        "--password",
        "river moon over lanting",
        "--staff",
        "reviewer",
    )
    assert (made.exit_code, made.output) == (0, "Lin@Example.com can sign in.\n")
    [(email, name, role, password_hash)] = people(data)
    assert (email, name, role) == ("lin@example.com", "Lin", "reviewer")
    assert asyncio.run(passwords.verify(password_hash, "river moon over lanting"))
    assert crowdfund("user", "staff", "lin@example.com", "admin").output == "lin@example.com: admin\n"
    assert people(data)[0][2] == "admin"
    crowdfund("user", "staff", "lin@example.com", "none")
    assert people(data)[0][2] is None


def test_the_password_is_asked_for_without_being_shown(data: Path) -> None:
    typed = CliRunner().invoke(main, ["user", "make", "lin@example.com"], input="river moon\nriver moon\n")
    assert typed.exit_code == 0 and "river moon" not in typed.output
    assert people(data)[0][1] == "lin"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("user", "make", "lin@example.com", "--password", "river moon over lanting"),
            "Error: This address has an account.",
        ),
        (("user", "staff", "nobody@example.com", "admin"), "Error: Nobody here has the address nobody@example.com."),
    ],
)
def test_a_no_is_one_line(data: Path, words: tuple[str, ...], says: str) -> None:
    crowdfund("user", "make", "lin@example.com", "--password", "river moon over lanting")
    refused = crowdfund(*words)
    assert refused.exit_code == 1
    assert refused.output.strip() == says


def test_an_unknown_role_is_refused(data: Path) -> None:
    assert crowdfund("user", "staff", "lin@example.com", "emperor").exit_code == 2
