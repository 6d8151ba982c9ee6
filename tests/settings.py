"""The platform's settings for the tests: a home of their own, nothing from the caller's environment."""

import os
import tempfile
from pathlib import Path

HOME_OF_TESTS = Path(tempfile.mkdtemp(prefix="placet-tests-"))

for name in list(os.environ):
    if name.startswith("PLACET_") and not name.startswith("PLACET_TEST_"):
        del os.environ[name]
os.environ.pop("DATABASE_URL", None)
os.environ.pop("EMAIL_URL", None)
os.environ["PLACET_HOME"] = str(HOME_OF_TESTS)
os.environ["PLACET_SECRET_KEY"] = "a key for tests alone"
# The demonstration's own pages exist in the tests; that they do not exist elsewhere is a test of its own.
os.environ["PLACET_DEMONSTRATION"] = "1"
if "PLACET_TEST_DATABASE_URL" in os.environ:  # see tests/postgresql.py
    os.environ["DATABASE_URL"] = os.environ["PLACET_TEST_DATABASE_URL"]

from placet.config.settings import *  # noqa: E402, F403
from placet.config.settings import DATABASES, STORAGES  # noqa: E402

# Pages are drawn without collecting the static files first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Tables are made from the models, as on any empty database: see placet/config/schema.py.
DATABASES["default"]["TEST"] = {"MIGRATE": False}
if DATABASES["default"]["ENGINE"] == "placet.config.sqlite":
    DATABASES["default"]["TEST"]["NAME"] = ":memory:"  # pytest-django knows Django's own backend only
(HOME_OF_TESTS / "static").mkdir(exist_ok=True)
