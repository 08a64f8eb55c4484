"""The yardstick of ticket orders: a bare handler with stock Tortoise, a transaction a request, no session, no rules, no batch.

It takes an order of one place where a guarded counter has one left, and writes order and position: about what a shop's framework does at
the least. Served by granian; the environment's DB says where.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise import Tortoise, fields
from tortoise.expressions import F
from tortoise.models import Model
from tortoise.transactions import in_transaction  # noqa: TID251 - it is what is measured


class StockScreening(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    size = fields.BigIntField()
    taken = fields.BigIntField(default=0)


class StockOrder(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    person = fields.BigIntField()
    total_minor = fields.BigIntField()
    state = fields.TextField()


class StockPosition(Model):
    id = fields.BigIntField(primary_key=True, generated=False)
    order_id = fields.BigIntField(db_index=True)
    screening_id = fields.BigIntField()
    price_minor = fields.BigIntField()


async def order(request: Request) -> Response:
    asked = orjson.loads(await request.body())
    number = random.randrange(2**62)
    async with in_transaction():
        screening = StockScreening.filter(id=asked["screening"], taken__lt=F("size"))
        if not await screening.update(taken=F("taken") + 1):
            return Response(status_code=409)
        await StockOrder.create(id=number, person=asked["person"], total_minor=1100, state="placed")
        await StockPosition.create(id=number, order_id=number, screening_id=asked["screening"], price_minor=1000)
    return Response(orjson.dumps({"id": number}), 201, media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    await Tortoise.init(
        db_url=os.environ["DB"], modules={"models": ["tests.bench.stock"]}, _enable_global_fallback=True
    )
    yield
    await Tortoise.close_connections()


async def lay(screenings: int) -> None:
    """Tables, and screenings that never sell out."""
    await Tortoise.init(db_url=os.environ["DB"], modules={"models": ["tests.bench.stock"]})
    await Tortoise.generate_schemas()
    await StockScreening.bulk_create(StockScreening(id=n, size=10**9) for n in range(screenings))
    await Tortoise.close_connections()


app = Starlette(routes=[Route("/orders", order, methods=["POST"])], lifespan=lifespan)
