"""Django's SQLite backend on a SQLite free of the WAL fault, where there is one: decision 0006."""
