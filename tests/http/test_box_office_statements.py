"""What a title has locked, signed: a lender checks it without us."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from tortoise.exceptions import IntegrityError

from crowdfund.commands.statement import statement
from crowdfund.database.ids import public
from crowdfund.desk.statements import keys, rules
from crowdfund.desk.statements.models import RevenueStatement
from crowdfund.desk.statements.revenue import NothingToState, state_revenue
from tests.bank import pass_time
from tests.boxoffice import a_run, agreed, on_sale, settled, sold
from tests.http.conftest import SiteUnderTest
from tests.http.test_deal_pages import at_desk

pytestmark = pytest.mark.pages


def text_of(one: RevenueStatement) -> bytes:
    return one.body.encode("utf-8")


@pytest.mark.landing
async def test_two_statements_make_a_chain_that_anybody_can_check(site: SiteUnderTest, tmp_path: Path) -> None:
    run = await a_run()
    await agreed(run)
    first, second = await on_sale(run), await on_sale(run, days=20)
    await sold(first, "A-1", "A-2")
    await sold(second, "A-1")
    one = await state_revenue(run.title, "EUR", by=run.owner.id)
    await settled(first)
    other = await state_revenue(run.title, "EUR", by=run.owner.id)
    said = orjson.loads(other.body)
    assert said["sums"] == {
        "sold_minor": 30_00, "locked_minor": 20_00, "recognised_minor": 20_00, "settled_minor": 20_00, "screenings": 2, "tickets": 3,
    }  # fmt: skip
    assert said["net"]["settled_minor"] == 9_50 and [s["settlement"] is not None for s in said["screenings"]] == [
        True,
        False,
    ]
    assert "Mei" not in other.body and "@" not in other.body
    trusted = {key.id: key.public_key for key in await keys.published()}
    checks = rules.verify(text_of(other), keys=trusted, previous=text_of(one))
    assert all(check.holds for check in checks), [check for check in checks if not check.holds]
    key_file = tmp_path / "keys.json"
    key_file.write_text(orjson.dumps({"keys": [{"id": k, "public": v} for k, v in trusted.items()]}).decode())
    for number, made in enumerate((one, other), 1):
        (tmp_path / f"{number}.json").write_bytes(text_of(made))
    ran = CliRunner().invoke(
        statement, ["verify", str(tmp_path / "2.json"), "--key", str(key_file), "--previous", str(tmp_path / "1.json")]
    )
    assert ran.exit_code == 0, ran.output
    assert "River Moon, box office in EUR, number 2" in ran.output
    with pytest.raises(IntegrityError):
        await RevenueStatement.filter(id=one.id).update(body="{}")


@pytest.mark.parametrize("change", ["sold_minor", "locked_minor", "tickets"])
async def test_a_changed_number_is_seen(site: SiteUnderTest, change: str) -> None:
    run = await a_run()
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    made = await state_revenue(run.title, "EUR", by=run.owner.id)
    said = orjson.loads(made.body)
    said["screenings"][0][change] += 1_00
    found = {check.name: check.holds for check in rules.verify(rules.canonical(said))}
    assert not found["the signature is that of the key in it"]
    assert not found["what it states of the whole is what its screenings come to"]
    resigned = rules.signed({k: v for k, v in said.items() if k not in ("signature", "key")}, keys.own_key())
    assert not all(check.holds for check in rules.verify(resigned)), "signing it again does not make its sums true"


async def test_a_producer_signs_on_the_desk_and_a_cinema_cant(site: SiteUnderTest) -> None:
    run = await a_run()
    with pytest.raises(NothingToState):
        await state_revenue(run.title, "EUR", by=run.owner.id)
    await agreed(run)
    screening = await on_sale(run)
    await sold(screening, "A-1")
    lin, gu = await at_desk(site, run, "studio"), await at_desk(site, run, "cinema")
    path = f"/box-office/{public(run.title.id)}/statements"
    await lin.get(run.studio.desk_path + path)
    await lin.submit("Sign where it stands now")
    assert "whoever you give it to can check it" in lin.text
    file = await lin.get(f"{run.studio.desk_path}{path}/EUR-1.json")
    assert all(check.holds for check in rules.verify(file.content))
    for wrong in ("EUR-2", "USD-1", "EUR-x", "EUR"):
        assert (await lin.get(f"{run.studio.desk_path}{path}/{wrong}.json")).status_code == 404
    assert (await gu.get(run.cinema.desk_path + path)).status_code == 404
    await pass_time(seconds=1)
