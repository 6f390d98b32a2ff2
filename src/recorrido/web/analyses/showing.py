"""An analysis as a page shows it. In a template: ``{% include "analyses/_state.html" %}`` with ``analysis``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from recorrido.journeys.analyses.models import Analysis, Parameters
from recorrido.journeys.analyses.queries import Stored, analysis_of
from recorrido.journeys.queries import Study


@dataclass(frozen=True)
class Shown:
    """``result`` is None until there is one; ``address``: the page to come back to."""

    study: Study
    kind: str
    parameters: Parameters
    stored: Stored
    address: str

    @property
    def result(self) -> dict[str, Any] | None:
        return self.stored.result

    @property
    def asked(self) -> Analysis | None:
        return self.stored.asked

    @property
    def older(self) -> Analysis | None:
        """The analysis whose result is shown although the page's log is newer."""
        return self.stored.shown if self.stored.is_older else None

    @property
    def parameters_text(self) -> str:
        return json.dumps(self.parameters, ensure_ascii=False)


def shown(study: Study, kind: str, address: str, parameters: Parameters | None = None) -> Shown:
    """What a page knows of an analysis of its log version. ``address``: the page's own, with all its fields."""
    return Shown(study, kind, parameters or {}, analysis_of(study, kind, parameters), address)
