"""The tables of the database: made at once where there are none, else brought up to date by migrations.

Running all migrations on an empty database takes 40 s of a processor, since Django renders the models of the
whole project for each step; making the same tables from the models as they are takes two. That both come to
the same is what ``tests/test_migrations.py`` shows.
"""

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from placet.stages.record.append_only import Trigger


def is_schema_current() -> bool:
    """Whether every migration is applied."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def update_schema() -> None:
    """Make the tables of an empty database, or apply to another one the migrations that it lacks."""
    if connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    else:
        create_schema()


def create_schema() -> None:
    """Make all tables and triggers in one transaction, and note every migration as applied."""
    with connection.schema_editor(atomic=True) as editor:
        for config in apps.get_app_configs():
            for model in router.get_migratable_models(config, connection.alias):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        complete_schema(editor)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def complete_schema(editor: BaseDatabaseSchemaEditor) -> None:
    """Add what models know nothing of: the triggers in which the migrations end, and which were applied."""
    migrations = _all_migrations()
    last: dict[str, Trigger] = {}
    for migration in migrations:
        last |= {each.table: each for each in migration.operations if isinstance(each, Trigger)}
    for trigger in last.values():
        if trigger.is_wanted:
            trigger.database_forwards("", editor, ProjectState(), ProjectState())
    editor.create_model(MigrationRecorder.Migration)
    MigrationRecorder(connection).migration_qs.bulk_create(
        MigrationRecorder.Migration(app=each.app_label, name=each.name) for each in migrations
    )


def _all_migrations() -> list[Migration]:
    """Every migration of the project, in the order in which they are applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [migration for migration, _ in plan]
