"""A forgotten password and a lost telephone, without a script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visitors
from tests.browser.stage import PASSWORD, somebody
from tests.browser.visitor import DESKTOP, PHONE

NEW_PASSWORD = "slate orchard tin whistle"


@pytest.mark.landing
async def test_a_forgotten_password_is_replaced_and_other_devices_are_signed_out(visit: Visitors) -> None:
    mei = await somebody("Mei")
    lost = await visit(mei, DESKTOP)
    await lost.goes_to("/account")
    await lost.reads(mei.email)

    her = await visit(size=PHONE, scripts=False)
    await her.goes_to("/sign-in")
    await her.types(email=mei.email, password="not this one")
    await her.presses("Sign in")
    await her.reads("The e-mail address or the password is not right.")
    await her.follows("Forgot your password?")
    await her.types(email=mei.email)
    await her.presses("Send the link")
    await her.opens_letter("new password", mei.email)
    await her.follows_its_link()
    await her.types(password="password")
    await her.presses("Set it")
    await her.reads("One thing to mend")
    await her.types(password=NEW_PASSWORD)
    await her.presses("Set it")
    await her.reads("Your new password is set. All other devices are signed out.")

    await lost.goes_to("/account")
    await lost.reads("Sign in")
    await lost.types(email=mei.email, password=PASSWORD)
    await lost.presses("Sign in")
    await lost.reads("The e-mail address or the password is not right.")
    await lost.types(email=mei.email, password=NEW_PASSWORD)
    await lost.presses("Sign in")
    await her.goes_to("/account/sessions")
    await her.reads("This one")
    await her.presses("Sign out all other devices", sure=True)
    await her.reads("All other devices are signed out.")
    await lost.goes_to("/money")
    await lost.reads("Forgot your password?")
