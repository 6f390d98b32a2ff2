"""What a developer pastes to send the first event. Tests run them as they stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recorrido.company.models import Scope


@dataclass(frozen=True)
class Snippet:
    label: str | Promise
    code: str


_PYTHON = """\
# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = "{key}"
analytics.host = "{address}"
analytics.track("C-1007", "Order Completed", {{"order_id": "1007", "total": 29990}})
analytics.flush()
"""

_NODE = """\
// npm install @segment/analytics-node
const {{ Analytics }} = require("@segment/analytics-node")

const analytics = new Analytics({{ writeKey: "{key}", host: "{address}" }})
analytics.track({{ userId: "C-1007", event: "Order Completed", properties: {{ order_id: "1007", total: 29990 }} }})
analytics.closeAndFlush()
"""

_BROWSER = """\
// npm install @segment/analytics-next
import {{ AnalyticsBrowser }} from "@segment/analytics-next"

const analytics = AnalyticsBrowser.load({{ writeKey: "{key}", cdnURL: "{address}" }})
analytics.page()
analytics.track("Product Viewed", {{ product_id: "88" }})
"""

_TERMINAL = """\
curl -u {key}: '{address}/v1/track?verbose=1' \\
  -d '{{"userId": "C-1007", "event": "Order Completed", "properties": {{"order_id": "1007"}}}}'
"""

_READING = """\
curl -H 'Authorization: Bearer {key}' '{address}/api/v1/{what}'
# everything there is: {address}/api/v1/docs
"""

_SENDING = (("Python", _PYTHON), ("Node", _NODE), (_("Browser"), _BROWSER), (_("From a terminal"), _TERMINAL))

_FIRST = {Scope.READ_EVENTS: "events", Scope.READ_PERSONS: "persons", Scope.READ_JOURNEYS: "journey-types"}
"""Of what a key may read, the list to try it with."""


def snippets_for(*, address: str, key: str, scopes: Collection[str]) -> list[Snippet]:
    """How to use a key at this installation; ``address`` is its public one, without a slash at the end."""
    told = {"address": address, "key": key}
    if Scope.INGEST in scopes:
        return [Snippet(label, text.format(**told)) for label, text in _SENDING]
    what = next((name for scope, name in _FIRST.items() if scope in scopes), "docs")
    return [Snippet(_("From a terminal"), _READING.format(**told, what=what))]
