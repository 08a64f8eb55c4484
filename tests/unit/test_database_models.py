"""The models and the schema say the same: Tortoise makes no table, so nothing else would notice."""

from __future__ import annotations

import pytest
from tortoise import Tortoise, fields
from tortoise.models import Model

from crowdfund import clock
from crowdfund.database import InstantField, Sql, atomic, dialect, new_id
from crowdfund.people.models import AuditEntry, Mail, MailLink, Person

_SQLITE = "SELECT name, type, \"notnull\" AS needed, pk FROM pragma_table_info('{table}')"
_POSTGRES = """
    SELECT c.column_name AS name, c.data_type AS type, CASE c.is_nullable WHEN 'NO' THEN 1 ELSE 0 END AS needed,
           CASE WHEN k.column_name IS NULL THEN 0 ELSE 1 END AS pk
    FROM information_schema.columns c
    LEFT JOIN information_schema.table_constraints t
        ON t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
    LEFT JOIN information_schema.key_column_usage k
        ON k.constraint_name = t.constraint_name AND k.column_name = c.column_name
    WHERE c.table_schema = 'public' AND c.table_name = '{table}'"""
_SQLITE_UNIQUE = """
    SELECT (SELECT name FROM pragma_index_info(i.name)) AS name FROM pragma_index_list('{table}') i
    WHERE i."unique" = 1 AND i.partial = 0 AND (SELECT COUNT(*) FROM pragma_index_info(i.name)) = 1"""
_POSTGRES_UNIQUE = """
    SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = 'public.{table}'::regclass AND i.indisunique AND i.indnatts = 1 AND i.indpred IS NULL"""
# What a column's type may be for a field of this class.
_TYPES = {fields.BigIntField: "bigint", InstantField: "bigint", fields.TextField: "text", fields.CharField: "text"}


async def columns_of(table: str) -> dict[str, tuple[str, bool, bool]]:
    """Of a table as it is: type, whether a value is needed, whether it is of the primary key."""
    query = (_SQLITE if dialect() == "sqlite" else _POSTGRES).format(table=table)
    return {
        row["name"]: (row["type"].lower(), bool(row["needed"]) or bool(row["pk"]), bool(row["pk"]))
        for row in await Sql(query)()
    }


async def unique_in(table: str) -> set[str]:
    query = (_SQLITE_UNIQUE if dialect() == "sqlite" else _POSTGRES_UNIQUE).format(table=table)
    return {row["name"] for row in await Sql(query)()}


def models() -> list[type[Model]]:
    return sorted(Tortoise.apps["crowdfund"].values(), key=lambda model: model._meta.db_table)


@pytest.mark.landing
async def test_every_model_is_its_table(database: str) -> None:
    assert len(models()) > 10
    wrong = []
    for model in models():
        table = model._meta.db_table
        columns = await columns_of(table)
        modelled = {
            model._meta.fields_db_projection[name]: model._meta.fields_map[name] for name in model._meta.db_fields
        }
        if set(columns) != set(modelled):
            wrong.append(f"{table}: in one only {sorted(set(columns) ^ set(modelled))}")
            continue
        for name, (kind, needed, _) in columns.items():
            field = modelled[name]
            if _TYPES.get(type(field)) != kind:
                wrong.append(f"{table}.{name}: {kind} in the schema, {type(field).__name__} in the model")
            if field.null == needed:
                wrong.append(f"{table}.{name}: whether it may be null differs")
        key = model._meta.db_pk_column
        if not columns[key][2] and key not in await unique_in(table):
            wrong.append(f"{table}: {key} is neither of the key nor unique")
    assert wrong == []


async def test_both_engines_have_the_same_tables(database: str) -> None:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if dialect() == "sqlite"
        else "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    tables = {row["name"] for row in await Sql(query)()}
    from crowdfund.database.migrate import steps

    written = {
        line.split()[2].strip('"')
        for step in steps()
        for line in step.text.splitlines()
        if line.startswith("CREATE TABLE ") and " new_" not in line
    }
    assert tables == written | {"schema_step"}


async def test_an_instant_is_the_same_in_python_and_in_the_table(database: str) -> None:
    at = clock.from_us(1_795_000_000_123_456)
    mail = await Mail.create(
        id=new_id(), to_address="a", subject="s", text_body="t", html_body="h", made_at=at, sent_at=None
    )
    [row] = await Sql("SELECT made_at, sent_at FROM mail")()
    assert row == {"made_at": 1_795_000_000_123_456, "sent_at": None}
    found = await Mail.get(id=mail.id)
    assert (found.made_at, found.sent_at) == (at, None)
    assert await Mail.filter(made_at__gte=at, made_at__lt=clock.from_us(1_795_000_000_123_457)).count() == 1
    assert await Mail.filter(made_at__gt=at).count() == 0


async def test_none_in_a_filter_means_is_null(database: str) -> None:
    now = clock.now()
    person = await Person.create(id=new_id(), email="lin@example.com", name="Lin", password_hash="x", made_at=now)
    await MailLink.create(hash="a", person_id=person.id, purpose="reset", email="lin@example.com", expires_at=now)
    await MailLink.create(
        hash="b", person_id=person.id, purpose="reset", email="lin@example.com", expires_at=now, used_at=now
    )
    assert [link.hash for link in await MailLink.filter(used_at=None)] == ["a"]
    assert await MailLink.get_or_none(hash="b", used_at=None) is None


async def test_the_checks_of_the_schema_are_in_the_database(database: str) -> None:
    """Tortoise drops them silently wherever it makes the tables."""
    with pytest.raises(Exception, match=r"(?i)check"):
        await Person.create(id=new_id(), email="Lin@Example.com", name="Lin", password_hash="x", made_at=clock.now())


async def test_models_read_inside_a_transaction_what_it_wrote(database: str) -> None:
    """A router that reads from the second connection would still see the old state here."""

    @atomic
    async def write_and_read() -> int:
        await AuditEntry.create(id=new_id(), at=clock.now(), action="a", subject="s")
        return await AuditEntry.all().count()

    assert await write_and_read() == 1
