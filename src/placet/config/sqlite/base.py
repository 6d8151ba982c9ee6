"""Django's SQLite backend, on the library that ``library.py`` found.

Django names the standard library's module in four places of its backend: to connect, to make cursors, to
register converters and adapters, and to know its exceptions. Each is repeated here for the other module.
"""

import datetime as dt
import decimal
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3._functions import register as register_functions  # type: ignore[import-untyped]
from django.utils.asyncio import async_unsafe
from django.utils.dateparse import parse_date, parse_datetime, parse_time

from placet.config.sqlite.kept import kept_connections
from placet.config.sqlite.library import LIBRARY

LIBRARY.register_converter("bool", b"1".__eq__)
LIBRARY.register_converter("date", base.decoder(parse_date))
LIBRARY.register_converter("time", base.decoder(parse_time))
LIBRARY.register_converter("datetime", base.decoder(parse_datetime))
LIBRARY.register_converter("timestamp", base.decoder(parse_datetime))
LIBRARY.register_adapter(decimal.Decimal, str)
LIBRARY.register_adapter(dt.date, base.adapt_date)
LIBRARY.register_adapter(dt.datetime, base.adapt_datetime)


class CursorWrapper(LIBRARY.Cursor):  # type: ignore[misc, name-defined]
    """Django's cursor, which turns ``%s`` into ``?``, on the library's own."""

    convert_query = base.SQLiteCursorWrapper.convert_query

    def execute(self, query: str, params: Any = None) -> Any:
        """Run a query written in Django's style."""
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(self.convert_query(query, param_names=names), params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run a query written in Django's style, with positional parameters, once for each row."""
        return super().executemany(self.convert_query(query), param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection through the library that was found."""

    Database: ClassVar[ModuleType] = LIBRARY  # type: ignore[misc]

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that was kept, or a new one that knows Django's functions."""
        kept = kept_connections.take(str(conn_params["database"]))
        if kept is not None:
            kept.execute("PRAGMA foreign_keys = ON")  # a migration may have been the last to use it
            return kept
        connection = LIBRARY.connect(**conn_params)
        register_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA legacy_alter_table = OFF")
        for command in self.init_commands:  # type: ignore[attr-defined]
            if command := command.strip():
                connection.execute(command)
        return connection

    def _close(self) -> None:
        """Let go of the connection: kept for whoever comes next, where it is fit for that."""
        name = str(self.settings_dict["NAME"])
        if self.connection is not None and not kept_connections.keep(name, self.connection):
            super()._close()  # type: ignore[misc]  # the types do not name it

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that understands Django's style of parameters."""
        return self.connection.cursor(factory=CursorWrapper)
