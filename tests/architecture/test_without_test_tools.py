"""What a user installs has no test tools: nothing the product loads may ask for them."""

from __future__ import annotations

import os
import subprocess
import sys

PAGES_WITHOUT_TOOLS = """
import sys
for name in ("pytest", "hypothesis", "playwright", "schemathesis", "xdist"):
    sys.modules[name] = None  # importing it fails, as where it is not installed
from recorrido.site import boot
boot.setup()
from django.template import engines
from django.urls import get_resolver
assert engines.all() and get_resolver().url_patterns
"""


def test_pages_and_their_templates_load_where_only_the_product_is_installed(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    environment |= {"RECORRIDO_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PAGES_WITHOUT_TOOLS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
