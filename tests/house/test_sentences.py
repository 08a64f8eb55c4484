"""Every sentence that a person sees can be translated, and is: values stand beside it, never inside."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from crowdfund.web import i18n
from crowdfund.web.i18n import LOCALES
from tests.house.sentences import HOUSE, files, in_code, in_templates, refusals, sentence_of

CATALOGUES = sorted(set(LOCALES) - {"en"})


def put_together(node: ast.expr) -> bool:
    """Whether a sentence is made when it is said, so that no catalogue can know it."""
    if isinstance(node, ast.IfExp):
        return put_together(node.body) or put_together(node.orelse)
    if isinstance(node, ast.BinOp):  # `_("Only %(left)s left.") % {"left": 3}` is a translation first
        return any(put_together(side) or isinstance(side, ast.Constant) for side in (node.left, node.right))
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join")
    )


def wrong_in(tree: ast.AST, names: set[str]) -> list[int]:
    """Lines where a refusal, or what it is made of, is put together."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [said.lineno for call in calls if (said := sentence_of(call, names)) is not None and put_together(said)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and put_together(node.value):
            found += [
                node.lineno for target in node.targets if isinstance(target, ast.Name) and target.id == "sentence"
            ]
        if isinstance(node, ast.keyword) and node.arg in ("because", "note") and put_together(node.value):
            found.append(node.value.lineno)
    return found


def test_no_refusal_and_no_reason_has_its_values_inside() -> None:
    names = refusals()
    assert {"Refusal", "TierSoldOut", "AmountNotUnderstood"} <= names and len(names) > 60
    wrong = [
        f"{path.relative_to(HOUSE)}:{line}"
        for path in files()
        for line in wrong_in(ast.parse(path.read_text(encoding="utf-8")), names)
    ]
    assert sorted(wrong) == [], (
        "write the sentence out, with a place for each value: Refusal('Only {left} left.', left=3)"
    )


@pytest.mark.parametrize(
    "code",
    [
        'raise TierSoldOut(f"Only {left} are left.", field="tier")',
        'raise rules.TierSoldOut("Only %d are left." % left)',
        'raise TierSoldOut("Only {} are left.".format(left))',
        'raise TierSoldOut("None is left." if not left else f"Only {left} are left.")',
        'sentence = f"Only {left} are left."',
        'Missing("story", f"At least {least} characters.")',
        'move(pledge, to, because=f"the dispute was {state}")',
    ],
)
def test_each_way_to_put_a_sentence_together_is_seen(code: str) -> None:
    assert wrong_in(ast.parse(code), {"TierSoldOut"}) == [1]


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_sentence_has_its_translation(name: str) -> None:
    catalogue = i18n.catalogue_of(name)
    assert catalogue is not None
    known = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0])
        for message in catalogue
        if message.id
    }
    said = [*in_templates(), *in_code()]
    assert len(said) > 1500
    missing = {(one.context, one.sentence): one.where for one in said if (one.context, one.sentence) not in known}
    assert [f"{where}: {context or ''} {sentence}" for (context, sentence), where in missing.items()] == []
    assert i18n.DEFAULT == "en"


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_sentence_is_translated_in_one_place(name: str) -> None:
    """Of two translations nobody knows which one is read. The first entry of each file is its head."""
    entry = re.compile(r'^(?:msgctxt (.+)\n)?msgid ((?:".*"\n)+)', re.MULTILINE)
    found = Counter(
        key
        for path in sorted((HOUSE / "locale" / name).glob("*.po"))
        for key in entry.findall(path.read_text(encoding="utf-8"))[1:]
    )
    assert len(found) > 5_000 and [key for key, times in found.items() if times > 1] == []
