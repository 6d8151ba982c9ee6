"""Migration operations that let the database itself refuse to change a row once it is written.

Deleting is not refused here: Django's test flush deletes on SQLite, and nothing in the project deletes these
rows. Whoever holds the database could; the ledger that shows it comes later.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


def refuse_updates(table: str, *, when: str = "") -> Operation:
    """An operation after which ``UPDATE table`` fails.

    Parameters
    ----------
    table : str
        Name of the table.
    when : str
        SQL condition on ``OLD`` under which a row is final; empty where it is from the start.
    """
    return Trigger(table, when, is_wanted=True)


def allow_updates(table: str, *, when: str = "") -> Operation:
    """The reverse of `refuse_updates`, around a change of the table: SQLite loses triggers by it."""
    return Trigger(table, when, is_wanted=False)


class Trigger(Operation):
    """Creates or drops the trigger by which a table refuses updates.

    No ``RunPython``: that renders the models of the whole project each time, and triggers need none.
    """

    def __init__(self, table: str, when: str, *, is_wanted: bool) -> None:
        self.table, self.when, self.is_wanted = table, when, is_wanted

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the trigger where updates are to be refused, else drop it."""
        self._make(schema_editor) if self.is_wanted else self._drop(schema_editor)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The other of the two."""
        self._drop(schema_editor) if self.is_wanted else self._make(schema_editor)

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"{'Refuse' if self.is_wanted else 'Allow'} updates of {self.table}"

    def _make(self, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(
                "CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME "
                "USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            action = "EXECUTE FUNCTION refuse_update()"
        else:
            action = f"BEGIN SELECT RAISE(ABORT, '{self.table} is append-only'); END"
        condition = f"WHEN ({self.when})" if self.when else ""
        editor.execute(
            f"CREATE TRIGGER {self._name} BEFORE UPDATE ON {self.table} FOR EACH ROW {condition} {action}"
        )

    def _drop(self, editor: BaseDatabaseSchemaEditor) -> None:
        on_table = f" ON {self.table}" if editor.connection.vendor == "postgresql" else ""
        editor.execute(f"DROP TRIGGER {self._name}{on_table}")

    @property
    def _name(self) -> str:
        return f"{self.table}_is_append_only"
