"""Who runs the site, its terms, and what it keeps about people: told, and true."""

from __future__ import annotations

from pathlib import Path

from crowdfund import clock, settings
from crowdfund.database import atomic
from crowdfund.people import devices, organisations
from crowdfund.people.forgetting import forget_what_ran_out
from crowdfund.people.models import Invitation, MailLink, OrganisationKind, Role, SignIn
from crowdfund.signing import fingerprint
from tests.http.conftest import SiteUnderTest

DAY_US = 86_400_000_000


async def test_the_operator_is_told_where_one_has_been_set(site: SiteUnderTest, tmp_path: Path) -> None:
    somebody = site.browser()
    await somebody.get("/contact")
    assert "has not written down a name and an address yet" in somebody.text
    assert somebody.page.links["hello@crowdfund.example"] == "mailto:hello@crowdfund.example"
    told = {"CROWDFUND_OPERATOR": "Lanting GmbH | Uferweg 3 | 10999 Berlin", "CROWDFUND_CONTACT": "us@lanting.example"}
    read = settings.read({"CROWDFUND_SECRET": "s", "CROWDFUND_DATA": str(tmp_path), **told})
    assert read.operator == ("Lanting GmbH", "Uferweg 3", "10999 Berlin")
    settings.use(site.settings.with_(operator=read.operator, contact=read.contact))
    await somebody.get("/contact")
    assert "Lanting GmbH Uferweg 3 10999 Berlin" in somebody.text
    assert "us@lanting.example" in somebody.page.links
    await somebody.get("/terms")
    assert "That is Lanting GmbH." in somebody.text
    answer = await somebody.get("/.well-known/security.txt")
    assert "Contact: mailto:us@lanting.example" in answer.text


async def test_terms_and_privacy_say_the_figures_that_are_in_force(site: SiteUnderTest) -> None:
    somebody = site.browser()
    settings.use(site.settings.with_(fee_bps=475))
    await somebody.get("/")
    for name in ("Contact", "Terms", "Privacy"):
        assert somebody.page.links[name] == f"/{name.lower()}", "in the foot of every page"
    await somebody.get("/terms")
    assert "you have 7 days to mend it" in somebody.text and "after 60 days of silence" in somebody.text
    assert "open for at most 90 days" in somebody.text and "we keep 4.75%" in somebody.text
    await somebody.get("/privacy")
    assert "not used for 30 days; at most 90 days" in somebody.text


async def test_what_ran_out_is_forgotten_as_promised(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio = await organisations.make_organisation(OrganisationKind.STUDIO, "Lanting", "CN", "", by=lin.person.id)
    await organisations.invite(studio.id, "wu@example.com", Role.VIEWER, by=lin.person.id)
    for made_days, seen_days in ((91, 1), (40, 31), (40, 29)):
        secret = await devices.open_device(lin.person.id, device="Firefox", address="203.0.113.7")
        now = clock.wall_now_us()
        await atomic(SignIn.filter(hash=fingerprint(secret)).update)(
            made_at=now - made_days * DAY_US, seen_at=now - seen_days * DAY_US
        )
    assert await forget_what_ran_out() == 2
    assert await SignIn.filter(person_id=lin.person.id).count() == 2, "hers just now, and the one seen 29 days ago"
    await atomic(Invitation.filter(used_at=None).update)(expires_at=clock.wall_now_us() - 1)
    await atomic(MailLink.filter(used_at=None).update)(expires_at=clock.wall_now_us() - 1)
    await forget_what_ran_out()
    assert await Invitation.all().count() == 0 and await MailLink.all().count() == 0
