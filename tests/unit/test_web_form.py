"""A form takes the no of the verb that it is sent for, and knows what the page that shows it answers with."""

from __future__ import annotations

import pytest

from crowdfund.refusal import Refusal
from crowdfund.web import fields
from crowdfund.web.form import Form


class Wish(Form):
    name = fields.text(min=2, max=20)


async def test_a_refusal_stands_beside_the_field_that_it_names() -> None:
    form = await Wish.understood({"name": "River Moon"})
    assert (form.status, form.errors) == (200, {})
    with form.showing_refusals():
        raise Refusal("There is a hall of this name already.", field="name")
    assert (form.status, form.errors) == (409, {"name": "There is a hall of this name already."})
    assert form.typed["name"] == "River Moon"


async def test_what_was_not_understood_is_to_mend() -> None:
    form = await Wish.understood({"name": "R"})
    assert form.status == 422 and list(form.errors) == ["name"]


async def test_a_mistake_of_ours_is_no_refusal() -> None:
    form = await Wish.understood({"name": "River Moon"})
    with pytest.raises(ZeroDivisionError), form.showing_refusals():
        _ = 1 // 0
    assert (form.status, form.errors) == (200, {})
