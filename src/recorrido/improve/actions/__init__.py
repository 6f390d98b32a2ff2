"""The only writes of findings: what a look found, and what people decide on it."""

from recorrido.improve.actions.asking import request_findings
from recorrido.improve.actions.deciding import (
    accept_finding,
    dismiss_finding,
    dispute_finding,
    reopen_finding,
)
from recorrido.improve.actions.keeping import keep_journeys
from recorrido.improve.actions.taking_in import take_in

__all__ = [
    "accept_finding",
    "dismiss_finding",
    "dispute_finding",
    "keep_journeys",
    "reopen_finding",
    "request_findings",
    "take_in",
]
