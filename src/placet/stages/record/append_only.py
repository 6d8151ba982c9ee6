"""Migration operations that let the database itself refuse to change a row once it is written.

Deleting is not refused here: Django's test flush deletes on SQLite, and nothing in the project deletes these
rows. Whoever holds the database could; the ledger that shows it comes later.
"""

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

Code = Callable[[Apps, BaseDatabaseSchemaEditor], None]


def refuse_updates(table: str, *, when: str = "") -> RunPython:
    """An operation after which ``UPDATE table`` fails.

    Parameters
    ----------
    table : str
        Name of the table.
    when : str
        SQL condition on ``OLD`` under which a row is final; empty where it is from the start.
    """
    return RunPython(*_trigger(table, when))


def allow_updates(table: str, *, when: str = "") -> RunPython:
    """The reverse of `refuse_updates`, around a change of the table: SQLite loses triggers by it."""
    create, drop = _trigger(table, when)
    return RunPython(drop, create)


def _trigger(table: str, when: str) -> tuple[Code, Code]:
    """What creates the trigger of a table, and what drops it."""
    trigger = f"{table}_is_append_only"
    condition = f"WHEN ({when})" if when else ""

    def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(
                "CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME "
                "USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            editor.execute(
                f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW {condition} "
                "EXECUTE FUNCTION refuse_update()"
            )
        else:
            editor.execute(
                f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )

    def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER {trigger}{on_table}")

    return create, drop
