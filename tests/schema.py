"""The test database's tables: made from the models, with the triggers of the migrations.

``tests/test_migrations.py`` shows that the migrations come to the same.
"""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from placet.stages.record.append_only import Trigger


def make_triggers() -> None:
    """Create the triggers that stand at the end of all migrations."""
    executor = MigrationExecutor(connection)
    last: dict[str, Trigger] = {}
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
        last |= {each.table: each for each in migration.operations if isinstance(each, Trigger)}
    with connection.schema_editor() as editor:
        for trigger in last.values():
            if trigger.is_wanted:
                trigger.database_forwards("", editor, ProjectState(), ProjectState())
