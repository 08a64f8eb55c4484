"""`python -m tests.bench`: how fast, beside a yardstick in the same run. Decide by the ratios: absolute figures move with the machine.

Rounds of each thing are interleaved and repeated; medians are printed. Not run by pytest.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from statistics import median

from tests.bench.cues import cue_rates
from tests.bench.goods import goods_rates
from tests.bench.pages import page_rates
from tests.bench.pledges import pledge_rates
from tests.bench.stage import postgres_server
from tests.bench.tickets import ticket_rates

WHAT = ["pledges", "pages", "tickets", "cues", "goods"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("what", nargs="*", default=WHAT, help=", ".join(WHAT))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--engine", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="pledges in the large database")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    engines = asked.engine or ["sqlite", "postgres"]
    found: dict[str, list[dict[str, object]]] = {}
    with postgres_server("postgres" in engines) as address:
        if "pledges" in asked.what:
            found["pledges"] = asyncio.run(pledge_rates(engines, address, asked.rounds, asked.seconds, asked.rows))
        if "pages" in asked.what:
            found["pages"] = asyncio.run(page_rates(asked.rounds, asked.seconds, asked.rows))
        if "tickets" in asked.what:
            found["tickets"] = asyncio.run(ticket_rates(engines, address, asked.rounds, asked.seconds))
        if "cues" in asked.what:
            found["cues"] = asyncio.run(cue_rates(asked.rounds, asked.seconds))
        if "goods" in asked.what:
            found["goods"] = asyncio.run(goods_rates(engines, address, asked.rounds, asked.seconds))
    for what, rows in found.items():
        print(f"\n{what}")
        _print(rows)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2))


def _print(rows: list[dict[str, object]]) -> None:
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[i]) for line in cells)) for i, name in enumerate(names)]
    for line in [names, *cells]:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _cell(value: object) -> str:
    if isinstance(value, list):
        value = median(value)
    return (
        f"{value:,.2f}"
        if isinstance(value, float) and value < 10
        else f"{value:,.0f}"
        if isinstance(value, float | int)
        else str(value)
    )


if __name__ == "__main__":
    main()
