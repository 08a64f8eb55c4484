"""The demo's people: a few that one can sign in as, and some hundred fans with cards at the sandbox."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from crowdfund import clock
from crowdfund.campaigns.models import Tier
from crowdfund.database import atomic, new_id
from crowdfund.payments.models import CardState, Consent, SavedCard
from crowdfund.people.accounts import make_person_with
from crowdfund.people.models import Person, StaffRole
from crowdfund.people.passwords import hash_password
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.rules import TierSoldOut, Want
from crowdfund.sandbox.remote import control

PASSWORD = "popcorn and pitch"  # noqa: S105 - the demo prints it
HOME = "@demo.example"  # where those live whom one can sign in as
FANS = 620

_SIGN_INS = (
    ("mei", "Mei Tanaka", None),
    ("lin", "Lin Qiao", None),
    ("arthur", "Arthur Penhallow", None),
    ("frauke", "Frauke Petersen", None),
    ("jens", "Jens Hansen", None),
    ("emil", "Emil Kanold", None),
    ("xiu", "Xiu Mingzhu", None),
    ("wen", "Wen Jiang", None),
    ("paula", "Paula Reimers", None),
    ("tom", "Tom Whitlock", None),
    ("ada", "Ada Okafor", StaffRole.ADMIN),
    ("grace", "Grace Lindholm", StaffRole.ADMIN),
)
_FIRST = (
    "Amara", "Bruno", "Chen", "Daniela", "Emre", "Fatou", "Gabriel", "Hana", "Ines", "Jonas", "Kaya", "Leila", "Mateo", "Nadia",
    "Oskar", "Paula", "Quentin", "Rosa", "Samir", "Tilda", "Uma", "Viktor", "Wen", "Ximena", "Yara", "Zoe", "Anton", "Beatriz",
    "Cem", "Dora", "Elif", "Felix", "Greta", "Hugo", "Ilse", "Jin", "Karim", "Lucia", "Milan", "Noor",
)  # fmt: skip
_LAST = (
    "Abel", "Brandt", "Costa", "Demir", "Engel", "Fischer", "Garcia", "Horvat", "Ivanova", "Jansen", "Kowalski", "Lindqvist",
    "Moreau", "Nakamura", "Oliveira", "Petrov", "Quispe", "Rossi", "Silva", "Tran", "Ueda", "Vega", "Wagner", "Xu", "Zhou",
)  # fmt: skip
_FAILING = ("declines_later", "saved_insufficient_funds", "saved_lost", "authentication_always")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Fans by the cards they have. good: works. failing: says no when charged."""

    good: Sequence[int]
    failing: Sequence[int]
    mei: int

    def pick(self, dice: random.Random, fans: int, failing_percent: int, *, with_mei: bool) -> list[int]:
        """So many different fans, so many of a hundred of them with a card that fails."""
        failing = min(len(self.failing), fans * failing_percent // 100)
        picked = dice.sample(self.failing, failing) + dice.sample(self.good, min(len(self.good), fans - failing))
        picked += [self.mei] if with_mei else []
        dice.shuffle(picked)
        return picked


async def sign_ups() -> dict[str, Person]:
    """The people one can sign in as, by a short name."""
    people, password_hash = {}, await hash_password(PASSWORD)
    for short, name, role in _SIGN_INS:
        email = f"{short}{HOME}"
        await make_person_with(name, email, password_hash, staff_role=role)
        people[short] = await Person.get(email=email)
    return people


async def make_crowd(dice: random.Random, mei: Person) -> Crowd:
    """Fans who never sign in, and Mei's card, kept for next time."""
    failing = max(40, FANS // 8)
    cards = ["ok"] * (FANS - failing) + [_FAILING[i % len(_FAILING)] for i in range(failing)]
    made = await control("cards", {"cards": [*cards, "ok"]})
    people = [_fan(dice, number, customer) for number, customer in enumerate(made["customers"][:-1])]
    saved = [
        _card(person.id, method, card)
        for person, method, card in zip(people, made["payment_methods"], cards, strict=False)
    ]
    await _keep(people, saved, mei, made["customers"][-1], made["payment_methods"][-1])
    ids = [person.id for person in people]
    return Crowd(good=ids[: FANS - failing], failing=ids[FANS - failing :], mei=mei.id)


@atomic
async def _keep(people: list[Person], cards: list[SavedCard], mei: Person, customer_id: str, method_id: str) -> None:
    await Person.bulk_create(people)
    await Person.filter(id=mei.id).update(stripe_customer_id=customer_id)
    await SavedCard.bulk_create([*cards, _card(mei.id, method_id, "ok")])


def _fan(dice: random.Random, number: int, customer_id: str) -> Person:
    name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    return Person(
        id=new_id(), email=f"{name.lower().replace(' ', '.')}.{number}@fans.example", name=name, password_hash="", locale="en",
        stripe_customer_id=customer_id, made_at=clock.now(), email_confirmed_at=clock.now(),
    )  # fmt: skip


def _card(person_id: int, method_id: str, card: str) -> SavedCard:
    last4 = {"ok": "4242", "declines_later": "0341", "saved_insufficient_funds": "9995", "saved_lost": "9987"}.get(
        card, "3184"
    )
    return SavedCard(
        id=new_id(), person_id=person_id, stripe_payment_method_id=method_id, brand="visa", last4=last4, expires_month=12,
        expires_year=2034, fingerprint=f"demo-{method_id}", consent=Consent.KEEP, state=CardState.SAVED, made_at=clock.now(),
    )  # fmt: skip


def reward_for(amount_minor: int, tiers: Sequence[Tier], dice: random.Random) -> int | None:
    """The dearest reward that a gift pays for, as most fans choose it; none for the others."""
    fitting = [tier for tier in tiers if tier.price_minor <= amount_minor and (tier.left is None or tier.left > 0)]
    return max(fitting, key=lambda tier: tier.price_minor).id if fitting and dice.random() < 0.85 else None


async def give(want: Want) -> None:
    """A pledge, without the reward where its last place went to another fan of the same batch."""
    try:
        await make_pledge(want)
    except TierSoldOut:
        want.tier_id = None
        await make_pledge(want)
