"""BPMN 2.0 XML: designed paths as diagrams that other tools open, and such diagrams as paths."""

from trayecto.bpmn.errors import BpmnInvalid
from trayecto.bpmn.read import Diagram, read_bpmn
from trayecto.bpmn.steps import touchpoints_in
from trayecto.bpmn.write import write_bpmn

__all__ = ["BpmnInvalid", "Diagram", "read_bpmn", "touchpoints_in", "write_bpmn"]
