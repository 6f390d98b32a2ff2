"""Addresses of the page with changes filled in, for findings, gates and whoever knows what to try."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

Change = Mapping[str, Any]


def link_to(*changes: Change, pinned: Sequence[tuple[str, str]] = ()) -> str:
    """The page with these changes set, in the words of ``trayecto what-if``; ``pinned``: journey type and log version."""
    pairs = [*pinned, *(("change", written(change)) for change in changes)]
    return f"{reverse('whatif:whatif')}?{urlencode(pairs)}"


def written(change: Change) -> str:
    """One way to write a change, so that the same question has one address."""
    return json.dumps(dict(change), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
