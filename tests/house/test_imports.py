"""The house stands: rooms import downwards only, and each guarded thing is done in its own place."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parents[2] / "crowdfund"

FLOORS = [
    {"database"},
    {"ledger"},
    {"payments"},
    {"titles", "people"},
    {"campaigns"},
    {"screenings"},
    {"pledges"},
    {"community", "merch"},
    {"orders"},
    {"boxoffice"},
    {"payouts", "disputes"},
    {"desk"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
TOOLBOX = {"settings", "money", "clock", "refusal", "signing", "terminal", "__version__"}
# At the top, beside app.py: files that put the rooms together.
TOP = {path.stem for path in HOUSE.glob("*.py")} - TOOLBOX - {"__init__"} | {"commands", "demo", "letters", "replay"}

# Where SQL is written by hand besides database/, ledger/ and files named queries.py or books.py: what works set by set.
SQL_BY_HAND = {
    "letters/transfers.py",
    "merch/licences/counting.py",
    "app.py", "letters/crowds.py", "upkeep.py", "worker.py", "campaigns/counters.py", "campaigns/verdict.py",
    "community/polls/casting.py", "disputes/actions.py", "disputes/orders.py",
    "letters/tickets.py", "orders/asking.py", "orders/following.py", "orders/locking.py", "orders/paying.py", "orders/placing.py",
    "orders/sent_refunds.py", "orders/visits.py", "orders/goods/earning.py", "orders/goods/cart.py",
    "orders/goods/locking.py", "orders/goods/units.py", "orders/goods/placing.py", "orders/goods/paying.py",
    "merch/listings/stock.py",
    "payments/checkouts.py", "screenings/blocking.py", "screenings/giving.py", "screenings/holding.py", "screenings/programme.py",
    "screenings/rescheduling.py", "screenings/selling.py",
    "screenings/door/admitting.py", "screenings/door/no_shows.py", "orders/credits.py",
    "payments/cards.py", "payments/charges.py", "payments/inbox.py", "payments/reconcile.py", "payments/refunds.py",
    "payouts/actions.py", "pledges/actions.py", "pledges/card_changes.py", "pledges/deliveries.py", "pledges/following.py",
    "pledges/letting_go.py", "pledges/make.py", "pledges/moves.py", "pledges/refunding.py", "pledges/settlement.py",
    "pledges/telling.py", "pledges/terms.py", "pledges/sharing_back.py", "pledges/transfers/asking.py", "pledges/transfers/elections.py",
    "pledges/transfers/keeping.py", "campaigns/recipients/gifts.py",
    "merch/runs/counting.py", "orders/runs/cards.py", "orders/runs/charging.py", "orders/runs/moving.py",
    "orders/runs/releasing.py", "orders/runs/sweep.py",
}  # fmt: skip


def files() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    inside = path.relative_to(HOUSE)
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


@cache
def imports_of(path: Path) -> list[tuple[str, int]]:
    """Every module that a file imports, with the line; `from crowdfund import clock` is `crowdfund.clock`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            module = node.module or ""
            found += [
                (f"{module}.{alias.name}" if module == "crowdfund" else module, node.lineno) for alias in node.names
            ]
    return found


def ours(path: Path) -> list[tuple[str, str, int]]:
    """Of the house's own modules that a file imports: the room, the whole name, the line."""
    return [
        (name.split(".")[1], name, line)
        for name, line in imports_of(path)
        if name.startswith("crowdfund.") and name.count(".")
    ]


def may_import(room: str, other: str) -> bool:
    if other in TOOLBOX or other == room:
        return True
    if room in TOOLBOX:
        return False
    if room in TOP:
        return True
    if other == "web":
        return room in FLOOR_OF
    if room == "web":
        return other == "database"
    if room == "sandbox" or other == "sandbox" or other in TOP:
        return False
    return FLOOR_OF.get(other, 99) < FLOOR_OF.get(room, 0)


def test_rooms_import_downwards_only() -> None:
    wrong = [
        f"{path.relative_to(HOUSE)}:{line} imports {name}"
        for path in files()
        for other, name, line in ours(path)
        if not may_import(room_of(path), other)
    ]
    assert wrong == []


def test_every_room_has_a_floor() -> None:
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms <= set(FLOOR_OF) | {"web", "sandbox"} | TOP


def speaks_http(path: Path) -> bool:
    inside = path.relative_to(HOUSE)
    named = (
        path.stem in ("pages", "api", "forms")
        or path.stem.endswith("_pages")
        or {"pages", "api"} & set(inside.parts[:-1])
    )
    return bool(named) or room_of(path) in TOP | {"desk", "web"}


def test_only_pages_api_and_forms_know_http() -> None:
    wrong = [
        f"{path.relative_to(HOUSE)}:{line}"
        for path in files()
        for other, _, line in ours(path)
        if other == "web" and not speaks_http(path)
    ]
    assert wrong == []


def test_one_door_to_stripe() -> None:
    importers = {
        str(path.relative_to(HOUSE))
        for path in files()
        for name, _ in imports_of(path)
        if name.split(".")[0] == "stripe"
    }
    outside = {path for path in importers if not path.startswith("payments/stripe/")}
    assert outside == {"sandbox/params.py"}
    assert "payments/stripe/asking.py" in importers


def test_only_the_ledger_writes_postings() -> None:
    writes = re.compile(r"(?i)(insert\s+into|update|delete\s+from)\s+(posting|journal_entry|balance|account)\b")
    writers = {room_of(path) for path in files() if writes.search(path.read_text(encoding="utf-8"))}
    assert writers - {"sandbox"} == {"ledger"}, "the sandbox keeps the books of another company, in another file"


def test_sql_is_written_by_hand_in_named_places_only() -> None:
    users = {
        str(path.relative_to(HOUSE))
        for path in files()
        if any(
            name == "crowdfund.database.sql" or name.startswith("crowdfund.database") for name, _ in imports_of(path)
        )
        and re.search(r"\bSql\(", path.read_text(encoding="utf-8"))
        and room_of(path) not in ("database", "ledger")
        and path.stem not in ("queries", "books")
    }
    assert users <= SQL_BY_HAND, "put the statement into the room's queries.py, or name the file here with a reason"


def test_nobody_asks_another_clock() -> None:
    """Business time is `clock.now()`; SQL's now() would not move with it."""
    asks = re.compile(r"datetime\.now\(|utcnow\(|(?i:\bnow\(\)\s*(?:-|\+|,|\)|AT))|CURRENT_TIMESTAMP")
    python = [
        str(path.relative_to(HOUSE))
        for path in files()
        if re.search(r"datetime\.now\(|utcnow\(", path.read_text("utf-8"))
    ]
    sql = [path.name for path in (HOUSE / "database" / "schema").glob("*.sql") if asks.search(path.read_text("utf-8"))]
    assert (python, sql) == ([], [])


def test_nobody_begins_a_transaction_by_themselves() -> None:
    users = [
        str(p.relative_to(HOUSE))
        for p in files()
        for name, _ in imports_of(p)
        if name.startswith("tortoise.transactions")
    ]
    assert users == []


def test_templates_trust_nothing_but_cleaned_markdown() -> None:
    templates = HOUSE.parent / "templates"
    trusts = re.compile(r"\|\s*safe\b|autoescape")
    trusting = [str(p.relative_to(templates)) for p in templates.rglob("*.html") if trusts.search(p.read_text("utf-8"))]
    assert trusting == []
