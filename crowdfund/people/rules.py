"""What is allowed in this room: how long a sign-in lives, which passwords and names of addresses are taken. No I/O."""

from __future__ import annotations

import re
import unicodedata

from crowdfund.people.models import Role

MINUTE_US = 60 * 1_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

IDLE_US = 30 * DAY_US
ABSOLUTE_US = 90 * DAY_US
STAFF_ABSOLUTE_US = 12 * HOUR_US
SEEN_EVERY_US = 5 * MINUTE_US

LINK_LIVES_US = {"reset": HOUR_US, "confirm": 3 * DAY_US, "invitation": 14 * DAY_US}

PASSWORD_MIN, PASSWORD_MAX = 8, 256

# What an API token can be made for. Whose organisation or pledge it is, is asked besides, at each call.
SCOPES = (
    "account:read", "account:write", "pledges:read", "pledges:write", "organisations:read", "organisations:write",
    "tickets:read", "tickets:write", "goods:read", "goods:write", "sales:read", "sales:write",
    "campaigns:read", "campaigns:write", "comments:write", "deliveries:read", "deliveries:write", "money:read", "disputes:write",
    "door:read", "door:write",
    "screenings:read", "screenings:write",
    "listings:read", "listings:write",
    "screen:read", "screen:write", "licences:read", "licences:write",
)  # fmt: skip
STAFF_SCOPES = ("staff:review", "staff:money")

# Words that stand in a path where an organisation's slug could.
_RESERVED = {"campaigns", "start", "new", "api", "staff", "desk", "organisations", "invitations", "account", "admin"}

# What people take when they are asked for eight letters; each also counts with digits or a mark at its end.
_COMMON = frozenset(
    """
    password passwort passw0rd pa55word p@ssword p@ssw0rd motdepasse contrasena senha123 wachtwoord kennwort haslo123
    12345678 123456789 1234567890 0123456789 87654321 987654321 11111111 00000000 88888888 66666666 12341234 11223344
    123123123 123321123 147258369 159753456 741852963 789456123 135792468 246813579 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx
    qwertyui qwertyuiop qwerty123 qwerty12 qwertzui qwertzuiop azertyui azertyuiop asdfghjk asdfghjkl zxcvbnm1 yxcvbnm1
    qazwsxedc qazwsx123 asdf1234 abcd1234 abc12345 abcdefgh a1b2c3d4 aa123456 aaaaaaaa zzzzzzzz q1w2e3r4 poiuytrewq
    iloveyou iloveyou1 ichliebedich jetaime1 woaini1314 woaini520 5201314a trustno1 letmein1 letmein12 welcome1 welcome12
    willkommen bienvenue sunshine princess princesa football football1 fussball baseball basketball superman batman12
    spiderman starwars pokemon1 computer internet whatever michelle jennifer jonathan elizabeth charlotte alexander
    benjamin chocolate strawberry butterfly dragon12 monkey12 shadow12 master12 killer12 freedom1 liverpool arsenal1
    chelsea1 barcelona realmadrid juventus manchester crowdfund changeme changeme1 default1 secret12 topsecret admin123
    administrator administrator1 adminadmin rootroot testtest test1234 testing1 temp1234 guest123 user1234 login123
    access14 mustang1 corvette mercedes porsche1 ferrari1 samsung1 huawei12 nintendo playstation minecraft fortnite
    """.split()
)


def scopes_for(staff_role: str | None) -> tuple[str, ...]:
    """What somebody may make a token for. Staff's scopes are of use only while they are staff."""
    return SCOPES + STAFF_SCOPES if staff_role is not None else SCOPES


def sign_in_lives(made_at_us: int, seen_at_us: int, now_us: int, *, is_staff: bool) -> bool:
    """Whether a device is still signed in, by wall time: staff sign in anew each day, others when they have been away."""
    if now_us - made_at_us >= (STAFF_ABSOLUTE_US if is_staff else ABSOLUTE_US):
        return False
    return now_us - seen_at_us < IDLE_US


def is_common(password: str, *, name: str = "", email: str = "") -> bool:
    """Whether somebody who tries a few hundred passwords would try this one: a common one, or the person's own name."""
    small = password.lower()
    bare = re.sub(r"[0-9!.?*#_-]+$", "", small)
    own = {word for word in re.split(r"[^a-z0-9]+", f"{name} {email}".lower()) if len(word) >= 4}
    return small in _COMMON or bare in _COMMON or bare in own or len(set(small)) < 4


def may(role: str, needed: Role) -> bool:
    """Whether a role in an organisation is at least the needed one."""
    order = list(Role)
    return order.index(Role(role)) >= order.index(needed)


def slug_of(name: str, fallback: str) -> str:
    """A name as it stands in addresses: `Lanting Pictures` is `lanting-pictures`. fallback: where no letter of it fits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    return slug if len(slug) >= 3 and slug not in _RESERVED else fallback


def device_of(user_agent: str) -> str:
    """What a person recognises a device by: `Firefox on Linux`. user_agent: the header as it came."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for sign, name in browsers if sign in user_agent), "")
    system = next((name for sign, name in systems if sign in user_agent), "")
    return " on ".join(part for part in (browser, system) if part) or "Unknown device"
