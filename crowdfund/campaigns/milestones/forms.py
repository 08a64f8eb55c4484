"""What producers may send as the plan of their milestones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from crowdfund.campaigns.milestones.rules import EVIDENCE_MAX, MILESTONES_MAX, TITLE_MAX, Planned, percent_text
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.i18n import _

ROWS = MILESTONES_MAX
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", re.ASCII)


def _share_bps(typed: str, form: Form) -> int:
    match = _PERCENT.fullmatch(typed.removesuffix("%").strip()) if typed else None
    if typed and match is None:
        raise Wrong(_("Please write a percentage, like 30 or 33.5."))
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else 0


class _Milestones(Field[list[Planned]]):
    """Reads `plan_1_title`, `plan_1_lines`, `plan_1_share`, `plan_1_evidence`, `plan_1_month` and so on.

    A row with nothing typed in it is no milestone. What a plan lacks the rules say.
    """

    def __init__(self) -> None:
        super().__init__(lambda typed, form: [])
        self._parts: dict[str, Field[Any]] = {
            "title": fields.text(max=TITLE_MAX, min=0), "share": Field(_share_bps),
            "evidence": fields.text(max=EVIDENCE_MAX, min=0, lines=True), "month": fields.text(max=7, min=0),
        }  # fmt: skip
        self._lines = fields.several(lambda given: given["lines"])

    async def take(self, name: str, sent: FormData, form: Form) -> list[Planned]:
        found = []
        for number in range(1, ROWS + 1):
            typed = [sent.get(f"{name}_{number}_{part}") for part in self._parts]
            if any(isinstance(one, str) and one.strip() for one in typed) or sent.getlist(f"{name}_{number}_lines"):
                found.append(await self._row(f"{name}_{number}", sent, form, first=number == 1))
        return [planned for planned in found if planned is not None]

    async def _row(self, row: str, sent: FormData, form: Form, *, first: bool) -> Planned | None:
        values: dict[str, Any] = {}
        for part, field in {**self._parts, "lines": self._lines}.items():
            try:
                values[part] = await field.take(f"{row}_{part}", sent, form)
            except Wrong as wrong:
                form.errors[f"{row}_{part}"] = wrong.sentence
        if len(values) <= len(self._parts):
            return None
        names = [form.given["lines"][line] for line in values["lines"]]
        return Planned(
            title=values["title"], lines=names, share_bps=values["share"], evidence=values["evidence"],
            expected_on=values["month"], at_once=first and sent.get("at_once") == "yes",
        )  # fmt: skip


class PlanForm(Form):
    """Read with the fund's budget lines, names by public id."""

    plan = _Milestones()
    at_once = fields.checkbox()


def plan_typed(plan: Sequence[Planned], lines: Mapping[str, str]) -> dict[str, Any]:
    """A plan as its form shows it. lines: names of budget lines by public id."""
    typed: dict[str, Any] = {"at_once": "yes" if plan and plan[0].at_once else ""}
    for number, planned in enumerate(plan, 1):
        typed |= {
            f"plan_{number}_title": planned.title, f"plan_{number}_share": percent_text(planned.share_bps),
            f"plan_{number}_evidence": planned.evidence, f"plan_{number}_month": planned.expected_on,
            f"plan_{number}_lines": [line for line, name in lines.items() if name in planned.lines],
        }  # fmt: skip
    return typed
