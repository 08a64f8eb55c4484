"""`crowdfund replay`: a record played through the real site."""

from __future__ import annotations

from pathlib import Path

import click

from crowdfund.replay import dataset as datasets
from crowdfund.replay.run import replay as play
from crowdfund.replay.run import write_json


@click.command()
@click.argument("dataset")
@click.option("--database-url", help="Where to play it; else SQLite in a folder of its own.")
@click.option("--url", help="A site that runs already, with this machine's settings.")
@click.option("--clients", default=128, show_default=True, help="Connections that pledge at once.")
@click.option("--seed", default=2014, show_default=True, help="How the record's totals are spread over backers.")
@click.option("--limit", type=int, help="Only so many backers (campaigns, screenings) of the dataset.")
@click.option(
    "--settle", default="20000", show_default=True, help="How many charges of a sale of shares to settle, or `all`."
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the result there as one object.")
def replay(
    dataset: str, database_url: str | None, url: str | None, clients: int, seed: int, limit: int | None, settle: str,
    json_file: Path | None,
) -> None:  # fmt: skip
    """Play a DATASET through the real site over HTTP and compare with the record; ends with 1 on any difference."""
    if settle != "all" and not settle.isdigit():
        raise click.ClickException("--settle is a number of charges, or `all`.")
    try:
        read = datasets.read(dataset, seed=seed, limit=limit)
    except datasets.DatasetError as error:
        raise click.ClickException(str(error)) from error
    many = None if settle == "all" else int(settle)
    result = play(read, database_url=database_url, clients=clients, settle=many, site_url=url)
    click.echo("\n".join(result.lines))
    if json_file is not None:
        write_json(result, json_file)
    if result.differences or not result.books_balanced:
        raise SystemExit(1)
