"""A statement is checked to the letter: whatever somebody changes is seen, and what is no statement is said to be none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.cli import main
from crowdfund.desk.statements import rules
from crowdfund.desk.statements.rules import EntriesHash, NotAStatement

OURS, OTHERS = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


def facts(period: str = "2027-01", *, opening: int = 0, previous: str | None = None) -> dict[str, Any]:
    """A month in which 100.00 was collected in four cards, on top of what was there."""
    return {
        "version": 1, "fund": {"id": "0abc", "slug": "river-moon", "name": "River Moon 河月"}, "currency": "EUR", "period": period,
        "previous": previous, "made_at": 1_801_440_600_000_000,
        "accounts": [
            {"account": "fund", "grows_by": "credit", "opening": opening, "debits": 0, "credits": 100_00, "closing": opening + 100_00},
            {"account": "stripe", "grows_by": "debit", "opening": opening, "debits": 100_00, "credits": 0, "closing": opening + 100_00},
        ],
        "kinds": {"pledge_collected": {"amount_minor": 100_00, "entries": 4}}, "entries": {"count": 4, "sha256": "0" * 64},
    }  # fmt: skip


JANUARY = rules.signed(facts(), OURS)
FEBRUARY = rules.signed(facts("2027-02", opening=100_00, previous=rules.hash_of(JANUARY)), OURS)


def wrong(text: bytes, **more: Any) -> list[str]:
    return [check.name for check in rules.verify(text, **more) if not check.holds]


SIGNATURE, FORM = "the signature is that of the key in it", "the text is in canonical form, to the letter"
ACCOUNTS = "each account opens, moves and closes as it says"
SUMS = "what is debited is credited, and what each kind moved is all of it"
KEY, CHAIN = "the key in it is one of those given", "the statement before it is the one that it names"
HANGS_TOGETHER = "it opens as the one before it closes"
EARLIER = "it is of the same fund, and of an earlier month"


def keys_of(key: Ed25519PrivateKey) -> dict[str, str]:
    raw = key.public_key().public_bytes_raw()
    return {rules.key_id_of(raw): rules.in_letters(raw)}


def test_a_statement_as_it_was_signed() -> None:
    assert wrong(JANUARY) == wrong(JANUARY, keys=keys_of(OURS)) == []
    assert wrong(FEBRUARY, keys=keys_of(OURS), previous=JANUARY) == []
    assert "河月" in JANUARY.decode() and b" :" not in JANUARY and b", " not in JANUARY.replace(b"River Moon", b"")
    assert list(json.loads(JANUARY)) == sorted(json.loads(JANUARY))


def test_a_changed_digit() -> None:
    changed = JANUARY.replace(b'"credits":10000', b'"credits":10001')
    assert len(changed) == len(JANUARY) and wrong(changed) == [SIGNATURE, ACCOUNTS, SUMS]
    both = JANUARY.replace(b"10000", b"10001")  # every sum still fits
    assert wrong(both) == [SIGNATURE]


def test_every_single_changed_letter_is_seen() -> None:
    for place in range(len(JANUARY)):
        changed = JANUARY[:place] + bytes([JANUARY[place] ^ 1]) + JANUARY[place + 1 :]
        try:
            assert wrong(changed), f"{place}: {JANUARY[place - 20 : place + 20]!r}"
        except NotAStatement:
            continue


def test_reordered_keys_and_other_forms_of_the_same() -> None:
    turned = json.dumps(dict(reversed(json.loads(JANUARY).items())), separators=(",", ":"), ensure_ascii=False).encode()
    spaced = json.dumps(json.loads(JANUARY), sort_keys=True, ensure_ascii=False).encode()
    escaped = json.dumps(json.loads(JANUARY), sort_keys=True, separators=(",", ":")).encode()
    for text in (turned, spaced, escaped, JANUARY + b"\n", b" " + JANUARY):
        assert wrong(text) == [FORM]
    with pytest.raises(NotAStatement):
        rules.read(JANUARY.replace(b'"version":1', b'"version":1.0'))
    fraction = JANUARY.replace(b'"count":4', b'"count":4.0')
    assert wrong(fraction)[:2] == [FORM, SIGNATURE]


def test_another_key() -> None:
    forged = rules.signed(facts(), OTHERS)
    assert wrong(forged) == [], "whose key it is only the reader can tell"
    assert wrong(forged, keys=keys_of(OURS)) == [KEY]
    said = json.loads(JANUARY)
    said["signature"] = json.loads(forged)["signature"]
    assert wrong(rules.canonical(said)) == [SIGNATURE]
    said = json.loads(forged)
    said["key"]["id"] = json.loads(JANUARY)["key"]["id"]
    assert wrong(rules.canonical(said), keys=keys_of(OURS)) == [SIGNATURE, KEY]


def test_a_broken_chain() -> None:
    other = rules.signed(facts(opening=5), OURS)
    assert wrong(FEBRUARY, previous=other) == [CHAIN, HANGS_TOGETHER]
    assert wrong(JANUARY, previous=FEBRUARY) == [CHAIN, EARLIER, HANGS_TOGETHER]
    left_out = rules.signed(facts("2027-03", opening=200_00, previous=rules.hash_of(JANUARY)), OURS)
    assert wrong(left_out, previous=FEBRUARY) == [CHAIN]
    assert wrong(left_out, previous=JANUARY) == [HANGS_TOGETHER], "February is missing between them"


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.pop("accounts"), lambda said: said.update(period="2027-13"), lambda said: said.update(currency=5),
        lambda said: said["fund"].pop("name"), lambda said: said["kinds"].update(more={"amount_minor": 1, "entries": 1}),
        lambda said: said["entries"].update(count=3), lambda said: said.update(kinds=None), lambda said: said.update(accounts={}),
        lambda said: said["accounts"][0].update(grows_by="nothing"), lambda said: said.update(version=2),
        lambda said: said["accounts"][0].update(opening="0"), lambda said: said["accounts"][1].update(debits=True),
        lambda said: [account.update(opening=5_00, closing=account["closing"] + 5_00) for account in said["accounts"]],
    ],
)  # fmt: skip
def test_what_is_signed_and_can_not_be_is_wrong(change: Callable[[dict[str, Any]], Any]) -> None:
    said = facts()
    change(said)
    found = wrong(rules.signed(said, OURS))
    assert found and SIGNATURE not in found and FORM not in found


GARBAGE = [
    b"", b"{}", b"[]", b"null", b"\xff\xfe\x00", b"%PDF-1.4", b'{"version":1}', b'{"version":"1","signature":""}', b"[" * 100_000,
    b'{"version":1,"version":1,"signature":""}', b'{"version":true,"signature":""}', b"9" * 5_000, b"NaN", b'{"version":NaN}',
]  # fmt: skip


@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_statement(text: bytes) -> None:
    with pytest.raises(NotAStatement) as refused:
        rules.verify(text)
    assert str(refused.value).endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3), max_leaves=8,
)  # fmt: skip


@given(st.sampled_from(sorted(json.loads(JANUARY))), JSON)
def test_whatever_stands_in_a_field_is_judged_and_never_a_crash(field: str, value: Any) -> None:
    said = json.loads(JANUARY)
    was, said[field] = said[field], value
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        found = wrong(text, keys=keys_of(OURS), previous=JANUARY)
    except NotAStatement:
        return
    assert found or value == was


def test_half_a_letter_and_deep_nesting_are_judged() -> None:
    assert SIGNATURE in wrong(JANUARY.replace(b"River Moon", rb"\ud800"))
    deep = JANUARY.replace(b'"previous":null', b'"previous":' + b"[" * 900 + b"]" * 900)
    assert wrong(deep) == [SIGNATURE, "it holds all that a statement holds"]


def test_months_end_at_midnight_utc() -> None:
    first, after = rules.bounds_of("2027-12")
    assert (first, after) == (datetime(2027, 12, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    second = timedelta(seconds=1)
    assert [rules.period_of(after + second * n) for n in (-1, 0, 1)] == ["2027-12", "2028-01", "2028-01"]


def test_the_hash_over_entries_is_the_same_however_they_are_read() -> None:
    entries = [("a", "pledge_collected", 1, [["stripe:EUR", "fund:7", 5]]), ("b", "processor_fee", 1, [])]
    whole, parts = EntriesHash(), EntriesHash()
    whole.take(entries)  # type: ignore[arg-type]
    for one in entries:
        parts.take([one])  # type: ignore[list-item]
    assert (whole.hex, whole.count) == (parts.hex, 2)
    other = EntriesHash()
    other.take(reversed(entries))  # type: ignore[arg-type]
    assert other.hex != whole.hex


# --- the command ---


def verify(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["statement", "verify", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer that knows nothing of the site: settings that would refuse to start, were they read."""
    monkeypatch.setenv("CROWDFUND_DATABASE_URL", "nonsense://")
    monkeypatch.setenv("CROWDFUND_WORKERS", "many")
    (tmp_path / "1.json").write_bytes(JANUARY)
    (tmp_path / "2.json").write_bytes(FEBRUARY)
    keys = [{"algorithm": "ed25519", "id": i, "public": p, "since": ""} for i, p in keys_of(OURS).items()]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": keys}))
    pem = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    return tmp_path


def test_the_command_tells_each_thing_it_looked_at(folder: Path) -> None:
    done = verify(folder / "2.json", "--key", folder / "keys.json", "--previous", folder / "1.json")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "River Moon 河月, 2027-02" and [line[:5] for line in lines[1:-1]] == ["ok   "] * 10
    assert lines[-1].endswith(f"Its own hash is {rules.hash_of(FEBRUARY)}.")
    assert verify(folder / "1.json", "--key", folder / "key.pem").exit_code == 0
    alone = verify(folder / "2.json")
    assert alone.exit_code == 0 and "Compare it with the site's list" in alone.output
    assert f"has the hash {rules.hash_of(JANUARY)}" in alone.output


def test_the_command_ends_with_one_where_something_is_wrong(folder: Path) -> None:
    (folder / "2.json").write_bytes(FEBRUARY.replace(b'"count":4', b'"count":5'))
    done = verify(folder / "2.json")
    assert done.exit_code == 1 and f"WRONG  {SIGNATURE}" in done.output
    assert verify(folder / "1.json", "--previous", folder / "1.json").exit_code == 1


@pytest.mark.parametrize("text", [*GARBAGE, b"x" * 5_000_000])
def test_the_command_ends_with_two_for_what_is_no_statement(folder: Path, text: bytes) -> None:
    (folder / "no.json").write_bytes(text)
    for words in ([folder / "no.json"], [folder / "2.json", "--previous", folder / "no.json"]):
        done = verify(*words)
        assert done.exit_code == 2 and len(done.stderr.splitlines()) == 1 and not done.stdout
        assert isinstance(done.exception, SystemExit), "never a traceback"


def test_the_command_refuses_what_is_no_key_and_no_file(folder: Path) -> None:
    (folder / "no.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    for key in (folder / "no.pem", folder / "1.json"):
        done = verify(folder / "1.json", "--key", key)
        assert done.exit_code == 2 and "The key file holds no Ed25519 key" in done.stderr
    assert verify(folder / "none.json").exit_code == 2
    assert verify(folder).exit_code == 2


def test_a_name_can_not_move_the_cursor(folder: Path) -> None:
    said = facts()
    said["fund"]["name"] = "River\x1b[2J\nok  everything"
    (folder / "odd.json").write_bytes(rules.signed(said, OURS))
    first = verify(folder / "odd.json").output.splitlines()[0]
    assert "\x1b" not in first and first.endswith("2027-01")
