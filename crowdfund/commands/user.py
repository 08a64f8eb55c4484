"""`crowdfund user`: accounts and roles, from the machine itself."""

from __future__ import annotations

import click

from crowdfund.commands.database import run
from crowdfund.people.accounts import make_person, make_staff
from crowdfund.people.models import StaffRole

ROLES = click.Choice([*(role.value for role in StaffRole), "none"])


@click.group()
def user() -> None:
    """People and their roles."""


@user.command("make")
@click.argument("email")
@click.option("--name", default="", help="What others read; else what stands before the @.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@click.option("--staff", type=ROLES, default="none", show_default=True)
def make_user(email: str, name: str, password: str, staff: str) -> None:
    """Make an account whose address counts as confirmed."""
    role = None if staff == "none" else StaffRole(staff)
    run(make_person(name or email.partition("@")[0], email, password, staff_role=role))
    click.echo(f"{email} can sign in.")


@user.command("staff")
@click.argument("email")
@click.argument("role", type=ROLES)
def set_staff(email: str, role: str) -> None:
    """Let somebody help run the site, or no longer (`none`)."""
    run(make_staff(email, None if role == "none" else StaffRole(role)))
    click.echo(f"{email}: {role}")
