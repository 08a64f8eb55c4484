"""The database: SQLite embedded, PostgreSQL for more than one process, one text of SQL for both.

`atomic` makes a verb one transaction that no cancelled request can break; `Batch` answers many askers with one transaction;
`Sql` is a statement for both engines; the schema is a text of its own in `schema/`, laid by `migrate`.
"""

from crowdfund.database.atomic import after_commit, atomic, inside_transaction, outside_transaction
from crowdfund.database.batch import Batch
from crowdfund.database.connect import close_database, open_database
from crowdfund.database.fields import InstantField
from crowdfund.database.ids import new_id
from crowdfund.database.names import DatabaseError, dialect
from crowdfund.database.sql import Sql, as_rows, last_written, together

__all__ = [
    "Batch",
    "DatabaseError",
    "InstantField",
    "Sql",
    "after_commit",
    "as_rows",
    "atomic",
    "close_database",
    "dialect",
    "inside_transaction",
    "last_written",
    "new_id",
    "open_database",
    "outside_transaction",
    "together",
]
