"""The names of BPMN 2.0: namespaces, and which elements a path is made of."""

from __future__ import annotations

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
OURS = "urn:recorrido:blueprint"

TASKS = frozenset(
    ("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask")
)  # fmt: skip
EXCLUSIVE, PARALLEL = "exclusiveGateway", "parallelGateway"
START, END = "startEvent", "endEvent"
FLOW = "sequenceFlow"
NODES = TASKS | {EXCLUSIVE, PARALLEL, START, END}
SILENT = frozenset(
    (
        "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "dataObject",
        "dataObjectReference", "dataStoreReference", "property", "ioSpecification", "auditing", "monitoring", "artifact",
        "category",
    )
)  # fmt: skip
"""Elements of a process that say nothing about the order of its steps."""
