"""What studios may send as a preview: where on the master it is, and a file."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import FormData, UploadFile

from crowdfund.merch.previews.clips import CLIP_BYTES_MAX
from crowdfund.merch.previews.models import PreviewKind
from crowdfund.merch.previews.rules import WORDS_MAX
from crowdfund.web import fields
from crowdfund.web.fields import Field, Wrong
from crowdfund.web.form import Form
from crowdfund.web.i18n import _, lazy
from crowdfund.web.rate_limit import Limit

PREVIEWS = Limit("add_preview", 60, 3600, by="person")
LOOKS = Limit("look_at_preview", 300, 3600, by="person")
_TIME = re.compile(r"(?:(?:([0-9]{1,2}):)?([0-5]?[0-9]):)?([0-9]{1,5})(?:[.,]([0-9]{1,3}))?", re.ASCII)


def moment() -> Field[int]:
    """A moment of the film in ms: `1:02:03.5`, `12:34`, `754.2`."""

    def understand(typed: str, form: Form) -> int:
        match = _TIME.fullmatch(typed)
        if match is None or (match[2] is not None and int(match[3]) > 59):
            raise Wrong(_("Please write a moment like 12:34.5 or 1:02:03."))
        seconds = int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + int(match[3])
        return seconds * 1000 + int((match[4] or "").ljust(3, "0") or 0)

    return Field(understand)


class _ClipFile(Field[Any]):
    async def take(self, name: str, sent: FormData, form: Form) -> bytes | None:
        found = sent.get(name)
        if not isinstance(found, UploadFile):
            return None
        content = await found.read(CLIP_BYTES_MAX + 1)
        if len(content) > CLIP_BYTES_MAX:
            raise Wrong(_("Please send a clip of at most 6 MB."))
        return content or None


class PreviewForm(Form):
    """kind crop: a picture, seen at `start`. kind clip: a file of what is between `start` and `end`, and a picture of it."""

    kind = fields.choice({PreviewKind.CROP: lazy("A picture of it"), PreviewKind.CLIP: lazy("A short clip")})
    start = moment()
    end = fields.maybe(moment())
    words = fields.text(max=WORDS_MAX, min=0)
    image = fields.image()
    clip: Field[Any] = _ClipFile(lambda typed, form: None)

    def check(self) -> None:
        if self.image is None:
            self.refuse("image", _("Choose a picture."))
        if self.kind == PreviewKind.CLIP:
            if self.clip is None:
                self.refuse("clip", _("Choose the clip."))
            if self.end is None:
                self.refuse("end", _("Say where the clip ends."))


class ConsentForm(Form):
    version = fields.whole(min=1, max=1_000)
    agreed = fields.must_tick("Please tick this box: without it we can't show you anything.")
