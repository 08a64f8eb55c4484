"""What people may send: a class whose attributes are fields. Whatever is sent, it ends as a value or as a sentence.

class PledgeForm(Form):
    amount_minor = money()
    shown_as = choice({"name": lazy("With my name"), "nobody": lazy("Anonymously")})

form = await PledgeForm.read(request, currency=campaign.currency)
if not form.errors:
    with form.showing_refusals():
        pledge = await make_pledge(campaign, form.amount_minor)
        return redirect(request, pledge.path)
return page(request, "pledges/new.html", form.status, form=form)
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_urlsafe
from types import TracebackType
from typing import Any, Self

from starlette.datastructures import FormData
from starlette.requests import Request

from crowdfund.database.once import KeyUsedForAnother
from crowdfund.refusal import NotFound, Refusal
from crowdfund.web import csrf
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.formats import said
from crowdfund.web.i18n import lazy

__all__ = ["Form"]

_SENT_BEFORE = lazy(
    "You sent this form before with other words, and that was done. Send it again if you want this too."
)


class Form:
    """One form as it was sent, or as it is shown for the first time.

    typed: what stood in each field, for showing it again (never a password). errors: a sentence by field; under "" what is
    wrong with the whole. given: what the fields need to know, such as the currency. refused_with: the status of an action's "no".
    """

    fields: dict[str, Field[Any]] = {}  # noqa: RUF012 - each subclass has its own

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.fields = {**cls.fields, **own}

    def __init__(self, typed: Mapping[str, Any] | None = None, **given: Any) -> None:
        self.typed: dict[str, Any] = {name: "" for name in self.fields} | dict(typed or {})
        self.errors: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.drawn_at: dict[str, str] = {}
        self.given = given
        self.values: dict[str, Any] = {}
        self.refused_with = 0

    @classmethod
    async def read(cls, request: Request, **given: Any) -> Self:
        """The form of this request, each field understood or refused by a sentence in the visitor's language."""
        form = cls(**given)
        await form._take(await csrf.read_form(request))
        if not form.errors:
            form.check()
        return form

    @classmethod
    async def understood(cls, typed: Mapping[str, Any], **given: Any) -> Self:
        """The form as if this had been typed into it: for what was put together from several."""
        form = cls(**given)
        await form._take(FormData([(name, text) for name, text in typed.items() if isinstance(text, str)]))
        form.typed |= {name: text for name, text in typed.items() if name not in form.typed}
        if not form.errors:
            form.check()
        return form

    def check(self) -> None:
        """For rules between fields: called when each of them is fine; says no with `refuse`."""

    def refuse(self, field: str, sentence: str) -> None:
        self.errors.setdefault(field if field in self.fields else "", sentence)

    def called(self, field: str, label: str, place: str = "") -> str:
        """Keep how a field is called where it is drawn, for the summary of errors, and its id; gives the label back."""
        self.labels[field], self.drawn_at[field] = label, place or f"field-{field}"
        return label

    def refused_by(self, refusal: Refusal) -> Self:
        """Show an action's "no" beside the field that it names, or above the form.

        Who comes back to a form that was sent has another wish, where it says something else now or what it made is gone: then
        its key is a new one, so that sending it again is no dead end.
        """
        if "key" in self.fields and isinstance(refusal, KeyUsedForAnother | NotFound):
            self.typed["key"] = token_urlsafe(16)
        is_other = isinstance(refusal, KeyUsedForAnother)
        self.refuse(refusal.field or "", str(_SENT_BEFORE) if is_other else said(refusal))
        self.refused_with = refusal.status_code
        return self

    @property
    def status(self) -> int:
        """What a page answers with that shows this form."""
        return self.refused_with or (422 if self.errors else 200)

    def showing_refusals(self) -> _ShowingRefusals:
        """For the verb that the form is sent for: its "no" is shown on the form, and the page with the form comes after."""
        return _ShowingRefusals(self)

    async def _take(self, sent: FormData) -> None:
        for name, field in self.fields.items():
            try:
                self.values[name] = await field.take(name, sent, self)
            except Wrong as wrong:
                self.errors[name] = wrong.sentence


class _ShowingRefusals:
    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(raised, Refusal):
            self._form.refused_by(raised)
            return True
        return False
