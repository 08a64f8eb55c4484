"""`crowdfund replay`: a dataset is played on a site, in the way of its kind, and what was found is written down."""

from __future__ import annotations

import asyncio
import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from crowdfund.replay.dataset import Dataset
from crowdfund.replay.festival import FestivalDataset
from crowdfund.replay.festival_play import FestivalPlay
from crowdfund.replay.play import Play
from crowdfund.replay.report import Report
from crowdfund.replay.site import Site, running_site
from crowdfund.replay.transfers import TransferDataset, TransferPlay


def replay(
    dataset: Dataset | FestivalDataset,
    *,
    database_url: str | None,
    clients: int,
    settle: int | None,
    site_url: str | None,
) -> Report:
    """Play a dataset on a site of its own, or on one that runs already with this machine's settings (site_url).

    settle: how many charges of a sale of shares to settle; None: all.
    """
    where: AbstractContextManager[Site | None] = (
        nullcontext(None) if site_url else running_site(database_url, workers=2 if _is_postgres(database_url) else 1)
    )
    with where as site:
        url = site_url or (site.url if site else "")
        return asyncio.run(_play_of(dataset, site, url, clients, settle).run())


def _is_postgres(url: str | None) -> bool:
    return bool(url) and not str(url).startswith("sqlite:")


def _play_of(
    dataset: Dataset | FestivalDataset, site: Site | None, url: str, clients: int, settle: int | None
) -> Play | FestivalPlay:
    if isinstance(dataset, FestivalDataset):
        return FestivalPlay(dataset, site, url, clients)
    kind = TransferPlay if isinstance(dataset, TransferDataset) else Play
    return kind(dataset, site, url, clients, settle)


def write_json(result: Report, path: Path) -> None:
    path.write_text(json.dumps(result.as_json, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
