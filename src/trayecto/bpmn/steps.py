"""Which touchpoint a task means."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trayecto.blueprint.fields import suggestion
from trayecto.blueprint.saying import gettext as _
from trayecto.bpmn.errors import BpmnInvalid
from trayecto.conformance.blocks import Block, Part


def touchpoints_in(part: Part, labels: Mapping[str, Collection[str]]) -> Part:
    """The path with touchpoints for the names of tasks: their keys, or what they are called in any language (``labels``:
    touchpoint → its names). Raises BpmnInvalid for a task that is none of them."""
    if not isinstance(part, str):
        inner = tuple(touchpoints_in(one, labels) for one in part.parts)
        return Block(part.kind, inner, part.least, part.most)
    if part in labels:
        return part
    found = [key for key, names in labels.items() if part.casefold() in {name.casefold() for name in names}]
    if len(found) == 1:
        return found[0]
    known = [name for names in labels.values() for name in names] + list(labels)
    if found:
        message = _("the task “%(task)s” may be any of these touchpoints: %(keys)s; name it by its key")
        raise BpmnInvalid(message % {"task": part, "keys": ", ".join(found)})
    message = _("the task “%(task)s” is no touchpoint of these journeys%(mend)s")
    raise BpmnInvalid(message % {"task": part, "mend": suggestion(part, known)})
