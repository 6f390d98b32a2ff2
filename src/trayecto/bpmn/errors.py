from __future__ import annotations

from trayecto.errors import TrayectoError


class BpmnInvalid(TrayectoError):
    """A diagram that is no path: one sentence that names the element and says how to mend it."""

    code = "bpmn_invalid"
