"""Settings of the test run: a server and a data folder of its own, files served as they lie."""

from __future__ import annotations

import os
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[3]
os.environ["RECORRIDO_DATA"] = str(_REPOSITORY / ".recorrido" / "tests")

from recorrido.site.settings import *  # noqa: E402, F403
from recorrido.site.settings import DATABASES, STORAGES  # noqa: E402

# Named with the process, so that test runs may go side by side on one server.
DATABASES["default"]["TEST"] = {"NAME": f"test_recorrido_{os.getpid()}"}
# A crash of the machine may cost a test run; it never waits for the disk. Only a test run may empty the ledger.
_OPTIONS = "-c synchronous_commit=off -c recorrido.emptying=on"
DATABASES["default"].setdefault("OPTIONS", {})["options"] = _OPTIONS
# Hashing at full strength would be most of the run.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Another process would not see what a test has not committed.
RECORRIDO_OWN_PROCESSES = False
