"""Columns that the models share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields

from crowdfund import clock


class InstantField(fields.BigIntField):
    """A moment: BIGINT microseconds UTC in the table, an aware datetime in Python, so that raw SQL and models agree."""

    field_type = datetime

    def to_db_value(self, value: Any, instance: Any) -> Any:
        return clock.to_us(value) if isinstance(value, datetime) else value

    def to_python_value(self, value: Any) -> Any:
        return clock.from_us(value) if isinstance(value, int) else value
