"""What Tortoise works out for each model when a database is opened, kept: it is the same for each database of an engine."""

from __future__ import annotations

from typing import Any

from tortoise.apps import Apps
from tortoise.models import Model

_OF_THE_ENGINE = (
    "filters", "basetable", "basequery", "basequery_all_fields", "db_native_fields", "db_default_fields", "db_complex_fields",
)  # fmt: skip
_work_out = Apps._build_initial_querysets
_kept: dict[tuple[Any, ...], list[dict[str, Any]]] = {}


def work_out_once() -> None:
    """A test opens a database of its own; a tenth of its time went into this."""
    Apps._build_initial_querysets = _as_before  # type: ignore[method-assign]


def _as_before(apps: Apps) -> None:
    models: list[type[Model]] = [model for app in apps.apps.values() for model in app.values()]
    key = (models[0]._meta.default_connection, *models)
    if key not in _kept:
        _work_out(apps)
        _kept[key] = [{name: _own(getattr(model._meta, name)) for name in _OF_THE_ENGINE} for model in models]
    for model, found in zip(models, _kept[key], strict=True):
        for name, value in found.items():
            setattr(model._meta, name, _own(value))


def _own(value: Any) -> Any:
    """Lists and dicts are filled in place the next time: nobody else's may be."""
    return value.copy() if isinstance(value, dict | list) else value
