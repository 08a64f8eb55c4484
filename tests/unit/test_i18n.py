"""The reader's language: chosen, in force where it should be, and translations that keep their placeholders."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from crowdfund.money import Amount, keepable, kept
from crowdfund.refusal import Refusal
from crowdfund.web import i18n
from crowdfund.web.formats import said
from crowdfund.web.i18n import _, choose_locale, lazy, ngettext, pgettext, speaking

FILES = sorted((Path(i18n.__file__).parents[1] / "locale").glob("*/*.po"))
PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}|</?\w+>")


@pytest.mark.parametrize(
    ("header", "preference", "chosen"),
    [
        ("", None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, "zh_CN"),
        ("zh-TW", None, "zh_CN"),
        ("de-DE,de;q=0.9,en;q=0.5,zh;q=0.6", None, "zh_CN"),
        ("fr,de", None, "en"),
        ("zh;q=0,en;q=0.1", None, "en"),
        ("zh;q=lots, en", None, "en"),
        ("zh-CN", "en", "en"),
        ("en", "zh_CN", "zh_CN"),
        ("zh-CN", "tlh", "zh_CN"),
        ("zh" + "," * 5000, None, "zh_CN"),
    ],
)
def test_the_person_decides_then_the_browser_then_english(header, preference, chosen):
    assert choose_locale(header, preference) == chosen


def test_a_sentence_is_translated_where_a_locale_is_in_force():
    assert _("Films") == "Films"
    with speaking("zh_CN"):
        assert (_("Films"), _("Nobody has written this.")) == ("电影", "Nobody has written this.")
        assert (
            ngettext("%(num)s fan", "%(num)s fans", 1) == ngettext("%(num)s fan", "%(num)s fans", 2) == "%(num)s 位粉丝"
        )
        assert (pgettext("state", "Done"), _("Done")) == ("完成", "Done")
    assert _("Films") == "Films" and ngettext("one", "many", 2) == "many"


def test_an_empty_string_is_not_the_files_header():
    with speaking("zh_CN"):
        assert _("") == ""


def test_a_lazy_sentence_waits_for_its_reader():
    sentence = lazy("My money")
    with speaking("zh_CN"):
        assert str(sentence) == "我的钱"
    assert f"{sentence}" == "My money"


async def test_two_readers_at_once_each_have_their_own_language():
    async def read(name: str) -> str:
        i18n.use_locale(name)
        await asyncio.sleep(0)
        return _("Films")

    assert await asyncio.gather(read("zh_CN"), read("en"), read("zh_CN")) == ["电影", "Films", "电影"]


def test_an_unknown_locale_is_english():
    with speaking("xx"):
        assert i18n.locale() == "en"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_keeps_every_placeholder_and_is_nobodys_guess(path):
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.name, abort_invalid=True)
    messages = [message for message in catalogue if message.id]
    assert messages
    for message in messages:
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy and all(said), message.id
        for text in said:
            assert set(PLACE.findall(text)) == set(PLACE.findall(ids[-1])), message.id


@pytest.mark.parametrize(
    ("left", "english", "chinese"),
    [
        (1, "Only 1 of this tier is left.", "这个档位只剩 1 份。"),
        (1200, "Only 1200 of this tier are left.", "这个档位只剩 1,200 份。"),
    ],
)
def test_a_refusal_is_translated_before_its_values_are_filled_in(left, english, chinese):
    refusal = Refusal("Only {num} of this tier are left.", one="Only {num} of this tier is left.", num=left)
    assert (str(refusal), refusal.sentence, refusal.code) == (english, english, "refusal")
    with speaking("zh_CN"):
        assert said(refusal) == chinese


def test_a_value_is_shown_and_never_read():
    refusal = Refusal("{name} is a member already: change the role instead.", field="email", name="{field} %(s)s")
    assert said(refusal) == "{field} %(s)s is a member already: change the role instead."
    assert (str(Refusal("Send {json}.")), said("They wrote 100 % {so}")) == ("Send {json}.", "They wrote 100 % {so}")


def test_a_sentence_waits_in_a_job_for_its_reader():
    refusal = Refusal("The least that can be charged is {least}.", least=Amount(50_00, "CNY"))
    told = kept(json.loads(json.dumps(keepable(refusal.words))))
    with speaking("zh_CN"):
        assert said(told) == "最少可扣 ¥50.00。"
    assert (
        str(told) == "The least that can be charged is CN¥50.00." and said(kept("Written before.")) == "Written before."
    )


def test_html_knows_the_language_and_its_direction():
    assert (i18n.html_lang("zh_CN"), i18n.direction("zh_CN"), i18n.direction("he")) == ("zh-CN", "ltr", "rtl")
