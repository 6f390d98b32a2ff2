"""WebhookError
├── BadEndpoint        an address, a pattern or a description that cannot be taken; carries its field
│   └── ForbiddenEndpoint  this installation sends nothing there
├── TooManyEndpoints   delete one first
├── UnknownEndpoint    no endpoint has this number
├── UnknownDelivery    no delivery has this number
└── RefusedAddress     the address leads where nothing may be sent (our own network)
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class WebhookError(Exception):
    """Base of this module's errors: ``code`` for machines, ``str()`` a translated sentence."""

    code = "webhook"
    sentence: str | Promise = ""
    temporary = False

    def __str__(self) -> str:
        return str(self.args[0] if self.args else self.sentence)


class BadEndpoint(WebhookError):
    """``field``: url, event_types, description."""

    code = "bad_endpoint"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class ForbiddenEndpoint(BadEndpoint):
    code = "forbidden_endpoint"


class TooManyEndpoints(WebhookError):
    code = "too_many_endpoints"

    def __init__(self, most: int) -> None:
        super().__init__(_("There are %d endpoints already; delete one first.") % most)


class UnknownEndpoint(WebhookError):
    code = "unknown_endpoint"
    sentence = gettext_lazy("There is no webhook endpoint with this number.")


class UnknownDelivery(WebhookError):
    code = "unknown_delivery"
    sentence = gettext_lazy("There is no webhook delivery with this number.")


class RefusedAddress(WebhookError):
    code = "refused_address"

    def __init__(self, host: str, address: str) -> None:
        words = {"host": host, "address": address}
        super().__init__(
            _("%(host)s leads to %(address)s, which is not a public address: nothing is sent there.") % words
        )
