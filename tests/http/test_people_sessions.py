"""How long a device stays signed in, how it ends, and what the passwords cost (S10, S11, S13)."""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta

import pytest
import time_machine

from crowdfund import clock
from crowdfund.people import accounts, devices, passwords
from crowdfund.people.models import Person, SignIn, StaffRole
from tests.http.browser import Browser
from tests.http.conftest import PASSWORD, SiteUnderTest

pytestmark = pytest.mark.pages

DAY = timedelta(days=1)


async def is_in(browser: Browser) -> bool:
    await browser.get("/account", follow=False)
    return browser.status == 200


async def at(browser: Browser, later: timedelta) -> bool:
    with time_machine.travel(clock.from_us(clock.wall_now_us()) + later, tick=False):
        return await is_in(browser)


async def test_a_device_unused_for_thirty_days_is_signed_out(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    assert not await at(lin, 30 * DAY)
    assert await at(lin, 30 * DAY - timedelta(seconds=5))


async def test_a_device_is_signed_out_after_ninety_days_however_often_it_is_used(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    assert [await at(lin, days * DAY) for days in (20, 40, 60, 80, 89)] == [True] * 5
    assert not await at(lin, 90 * DAY)


async def test_staff_sign_in_anew_after_twelve_hours(site: SiteUnderTest) -> None:
    staff = await site.signed_up("Reviewer", staff=StaffRole.REVIEWER)
    assert await at(staff, timedelta(hours=11, minutes=59))
    assert not await at(staff, timedelta(hours=12))


async def test_a_moved_clock_signs_nobody_out(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    clock.advance(200 * DAY)
    assert await is_in(lin)


async def test_that_a_device_was_here_is_written_once_in_five_minutes(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    first = (await SignIn.get(person_id=lin.person.id)).seen_at
    assert await at(lin, timedelta(minutes=4))
    assert (await SignIn.get(person_id=lin.person.id)).seen_at == first
    assert await at(lin, timedelta(minutes=6))
    assert (await SignIn.get(person_id=lin.person.id)).seen_at > first


async def test_the_id_changes_at_each_sign_in_and_the_old_one_ends(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    old = lin.secret
    await lin.post(
        "/sign-in",
        {"csrf": (await SignIn.get(person_id=lin.person.id)).csrf, "email": "lin@example.com", "password": PASSWORD},
    )
    assert await is_in(lin)
    assert lin.client.cookies.get("session") != old
    thief = site.browser()
    thief.client.cookies.set("session", old, domain="127.0.0.1")
    assert not await is_in(thief)
    assert await SignIn.filter(person_id=lin.person.id).count() == 1


async def test_another_role_ends_every_sign_in(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await accounts.make_staff("lin@example.com", StaffRole.ADMIN)
    assert not await is_in(lin)


async def test_another_password_ends_the_others_and_renews_this_one(site: SiteUnderTest) -> None:
    here = await site.signed_up("Lin")
    there = await site.signed_in(here.person)
    await here.get("/account")
    await here.submit("/account/password", password=PASSWORD, new_password="a moon over another river")
    assert "Your password is changed" in here.text
    assert here.client.cookies.get("session") != here.secret
    assert await is_in(here) and not await is_in(there)
    old = site.browser()
    old.client.cookies.set("session", here.secret, domain="127.0.0.1")
    assert not await is_in(old)
    assert [mail.subject for mail in await site.mails_to("lin@example.com")] == ["Your password was changed"]


async def test_the_old_password_is_asked_for(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await lin.submit("/account/password", password="not hers", new_password="a moon over another river")
    assert lin.status == 422 and "That is not your password." in lin.text


async def test_devices_are_listed_and_ended_one_by_one_or_all(site: SiteUnderTest) -> None:
    here = await site.signed_up("Lin")
    phone, tablet, other = [await site.signed_in(here.person) for _ in range(3)]
    stranger = await site.signed_up("Wu")
    await here.get("/account/sessions")
    assert here.text.count("Firefox on Linux") == 4 and here.text.count("This one") == 1
    actions = [
        form.action for form in here.page.forms if form.action.endswith("/revocation") and form.action.count("/") == 4
    ]
    assert len(actions) == 3
    await stranger.get("/account/sessions")
    token = stranger.form("/sign-out").fields["csrf"][0]
    await stranger.post(actions[0], {"csrf": token})
    assert await SignIn.filter(person_id=here.person.id).count() == 4, "a stranger ends nothing of hers"
    await here.submit(actions[0])
    assert [await is_in(one) for one in (phone, tablet, other)].count(True) == 2
    await here.submit("Sign out all other devices")
    assert [await is_in(one) for one in (phone, tablet, other)] == [False] * 3
    assert await is_in(here) and await is_in(stranger)


async def test_passwords_are_kept_by_owasps_setting(site: SiteUnderTest) -> None:
    person = await accounts.make_person("Lin", "lin@example.com", PASSWORD)
    assert person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(person.password_hash, PASSWORD)
    assert not await passwords.verify(person.password_hash, PASSWORD + " ")
    assert not await passwords.verify(None, PASSWORD)
    assert not await passwords.verify("not a hash at all", PASSWORD)


@pytest.mark.landing
@pytest.mark.alone
async def test_a_flood_of_sign_ins_leaves_the_site_alive(site: SiteUnderTest) -> None:
    """Thirty people sign in at once: other pages go on, and who comes after sixty is asked to come back."""
    await accounts.make_person("Lin", "lin@example.com", PASSWORD)
    browser = site.browser()
    flood = [asyncio.create_task(passwords.verify(None, "x" * 8)) for _ in range(30)]
    waits = []
    while not all(task.done() for task in flood):
        start = time.perf_counter()
        await browser.get("/healthz")
        assert browser.status == 200
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(0.005)
    assert sorted(waits)[int(len(waits) * 0.99)] < 0.5
    crowd = await asyncio.gather(*(passwords.verify(None, "x" * 8) for _ in range(70)), return_exceptions=True)
    assert sum(isinstance(answer, Exception) for answer in crowd) == 10


async def seconds_to_refuse(email: str) -> float:
    start = time.perf_counter()
    with pytest.raises(devices.WrongCredentials):
        await devices.sign_in(email, "not the password", device="", address="")
    return time.perf_counter() - start


def rank_sum_p(a: list[float], b: list[float]) -> float:
    """Mann-Whitney, two-sided, by the normal approximation: how likely such a difference is where there is none."""
    pooled = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    rank_sum = sum(rank for rank, (_, group) in enumerate(pooled, 1) if group == 0)
    n, m = len(a), len(b)
    z = (rank_sum - n * (n + m + 1) / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * (1 - statistics.NormalDist().cdf(abs(z)))


@pytest.mark.landing
@pytest.mark.alone
async def test_the_time_tells_nobody_who_is_known(site: SiteUnderTest, long: bool) -> None:
    await accounts.make_person("Lin", "lin@example.com", PASSWORD)
    known, unknown = [], []
    for _ in range(400 if long else 40):
        known.append(await seconds_to_refuse("lin@example.com"))
        unknown.append(await seconds_to_refuse("nobody@example.com"))
    apart = abs(statistics.median(known) - statistics.median(unknown)) / statistics.median(known)
    assert apart < (0.05 if long else 0.2), f"medians {apart:.0%} apart"
    if long:
        assert rank_sum_p(known, unknown) > 0.01


async def test_asking_for_a_reset_writes_the_same_for_everybody(site: SiteUnderTest) -> None:
    from crowdfund.database import Sql

    await accounts.make_person("Lin", "lin@example.com", PASSWORD)
    await accounts.ask_reset("lin@example.com")
    await accounts.ask_reset("nobody@example.com")
    jobs = [row["kind"] for row in await Sql("SELECT kind FROM job")()]
    assert jobs == ["reset_asked", "reset_asked"]


async def test_a_suspended_person_looks_but_does_nothing(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    await lin.get("/account")
    await Person.filter(id=lin.person.id).update(state="suspended")
    await lin.submit("/account/name", name="Wu")
    assert lin.status == 403 and "suspended" in lin.text
    assert await is_in(lin)
    await lin.submit("/sign-out")
    assert not await is_in(lin)
