"""A plan from whatever file a cinema has: told apart by what is in it, not by what the file is called."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crowdfund.screenings.seating.csv_file import read_csv
from crowdfund.screenings.seating.fields import PlanNotUnderstood, decoded, parsed
from crowdfund.screenings.seating.plan import Kind, Plan
from crowdfund.screenings.seating.pretix import read_pretix
from crowdfund.screenings.seating.reading import read_plan


class Form(StrEnum):
    OURS = "ours"
    PRETIX = "pretix"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a plan has, for a sentence about it."""

    seats: int
    zones: int
    wheelchairs: int
    companions: int
    standing: int


def read_any(content: str | bytes, name: str) -> tuple[Form, Plan]:
    """A plan in any form that we know. name: of the hall, for a form that has none. Raises PlanNotUnderstood with the place."""
    text = decoded(content).strip()
    if not text:
        raise PlanNotUnderstood("The file is empty.")
    if text[0] not in "{[":
        return Form.CSV, read_csv(text, name)
    said = parsed(text).value
    if "version" in said:
        return Form.OURS, read_plan(text)
    if "size" in said or "seat_guid" in text:
        return Form.PRETIX, read_pretix(text)
    raise PlanNotUnderstood("This JSON is no plan of ours, which has a version, and none of pretix, which has a size.")


def counted(plan: Plan) -> Counted:
    kinds = [seat.kind for seat in plan.seats]
    return Counted(
        seats=plan.seat_count, zones=len(plan.zones), wheelchairs=kinds.count(Kind.WHEELCHAIR),
        companions=kinds.count(Kind.COMPANION), standing=plan.place_count - plan.seat_count,
    )  # fmt: skip
