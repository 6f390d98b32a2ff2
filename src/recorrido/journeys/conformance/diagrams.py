"""BPMN files of a design's paths, and paths from BPMN files."""

from __future__ import annotations

from copy import deepcopy

from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint, JourneyType, read_blueprint
from recorrido.journeys.drafting.text import Design, section, text_of
from recorrido.journeys.errors import DiagramRefused
from recorrido.shared.plain import slug as plain_slug
from trayecto.bpmn import BpmnInvalid, read_bpmn, touchpoints_in, write_bpmn
from trayecto.conformance.blocks import written


def bpmn_of(blueprint: Blueprint, kind: JourneyType, exception: str, language: str) -> str:
    """The regular path of a journey type, or one of its exceptions, as BPMN. Raises DiagramRefused."""
    path = kind.exceptions[exception].path if exception in kind.exceptions else kind.path
    if path is None:
        raise DiagramRefused(_("The design says no path for these journeys, so there is nothing to draw."))
    labels = {one.key: one.label.text(language) for one in blueprint.touchpoints}
    label = kind.exceptions[exception].label if exception in kind.exceptions else kind.label
    name = "_".join(part for part in (kind.slug, plain_slug(exception)) if part)
    try:
        return write_bpmn(path, name=label.text(language), process=name.replace("-", "_"), labels=labels)
    except BpmnInvalid as error:
        raise DiagramRefused(str(error)) from error


def with_bpmn(design: Design, journey_type: str, exception: str, data: bytes) -> Design:
    """The design with the path of a BPMN file: as the regular path of a journey type, or as an exception by name.

    Raises DiagramRefused in one sentence, BlueprintInvalid where the design itself has mistakes.
    """
    blueprint = read_blueprint(text_of(design))
    kind = blueprint.journeys.get(journey_type)
    if kind is None:
        raise DiagramRefused(_("Choose the journeys that the diagram is the path of."))
    known = [one for one in blueprint.touchpoints if one.key not in kind.without]
    try:
        part = touchpoints_in(read_bpmn(data).path, {one.key: (one.label.es, one.label.en) for one in known})
    except BpmnInvalid as error:
        raise DiagramRefused(str(error)) from error
    return _with_path(design, journey_type, _name_of(kind, exception), exception, written(part))


def _name_of(kind: JourneyType, said: str) -> str:
    """The name of the exception that is meant: of a known one by its name or label; "" for the regular path."""
    for name, one in kind.exceptions.items():
        if said.casefold() in (name.casefold(), one.label.es.casefold(), one.label.en.casefold()):
            return name
    return plain_slug(said).replace("-", "_") or "exception" if said else ""


def _with_path(design: Design, journey_type: str, name: str, label: str, path: object) -> Design:
    made = deepcopy(design)
    fields = section(section(made, "journeys"), journey_type)
    steps = path if isinstance(path, list) else [path]
    if not name:
        fields["path"] = steps
        return made
    old = section(fields, "exceptions").get(name)
    kept = old.get("label") if isinstance(old, dict) and "path" in old else label
    fields["exceptions"][name] = {"label": kept, "path": steps}
    return made
