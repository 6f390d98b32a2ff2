"""The written forms of what an endpoint is made of: regular expressions that Python, Rust and JSON Schema read alike."""

from __future__ import annotations

URL = (
    r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}))?"
    r'([/?][!"$-~]*)?$'
)
"""http(s), a name or an IPv4 address, perhaps a port, path and query; no user, no fragment."""

PATTERN = r"^(\*|[^\x00-\x20*\x7f]([^\x00-\x1f*\x7f]*[^\x00-\x20*\x7f])?\*?)$"
"""An event type, or its beginning and a star."""

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
