"""A blueprint in memory: the journey as the company designed it. Immutable; made by ``parse.read_blueprint``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from trayecto.conformance.blocks import Block, path_of
from trayecto.conformance.costs import UNIT, Costs
from trayecto.conformance.paths import Path, choice
from trayecto.conformance.rules import Rule


@dataclass(frozen=True)
class Label:
    """A name in both languages of the product."""

    es: str
    en: str

    def text(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


@dataclass(frozen=True)
class Department:
    """Who owns a touchpoint, and when it works: weekday (0 = Monday) → (opening, closing) minutes of the day."""

    slug: str
    label: Label
    country: str | None
    hours: Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Gate:
    """A touchpoint the customer must get past. A gate that is not mandatory takes a journey off the regular path.
    ``rejected``: the touchpoint that says the customer did not get past; ``avoids``: the loss that one rejection avoids, in
    the blueprint's currency, where it is known."""

    mandatory: bool
    origin: str
    rejected: str | None = None
    avoids: float | None = None


@dataclass(frozen=True)
class Promise:
    """By when a step was promised: exactly one of a calendar duration, working days, working hours, or the
    property of the event that holds the promised moment. ``since`` None = the directly preceding step."""

    within: str | None = None
    working_days: float | None = None
    working_hours: float | None = None
    property: str | None = None
    since: str | None = None
    calendar: str | None = None


@dataclass(frozen=True)
class Condition:
    """A property an event must have: one of ``values``, or a number from ``minimum`` to ``maximum`` (both included)."""

    property: str
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Watch:
    """What the live watch looks for: ``surge`` (too many), ``drop`` (too few) or ``off``; ``of``: the touchpoint whose
    share it is; ``at_least``: fewer events are no incident."""

    kind: str
    of: str | None = None
    at_least: int | None = None


@dataclass(frozen=True)
class Touchpoint:
    """A kind of contact or internal step. ``event`` None: drawn, marked *not measured*."""

    key: str
    label: Label
    phase: str
    stage: str
    owner: str
    nature: str
    direction: str | None
    planned: bool
    importance: float  # 0…1
    position: int  # order in the picture, and within a day when times are dates only
    number: int  # place in the file: of two touchpoints that fit an event, the first one takes it
    event: str | None = None
    channels: tuple[str, ...] = ()  # empty = every channel, and none
    when: tuple[Condition, ...] = ()
    gate: Gate | None = None
    promise: Promise | None = None
    lost_after: str | None = None
    cost: float | None = None  # amount per contact, in the blueprint's currency
    exceptional: bool = False
    date_only: bool = False
    watch: Watch | None = None  # None: what its nature asks for, see journeys.watch.subjects

    @property
    def measured(self) -> bool:
        return self.event is not None

    @property
    def leaves_regular_path(self) -> bool:
        """Exceptional steps, support contacts and gates that nobody has to pass are off the regular path."""
        return (
            self.exceptional
            or self.nature == "support"
            or (self.gate is not None and not self.gate.mandatory)
        )


@dataclass(frozen=True)
class Echo:
    """A rule of failure demand: a support contact that fits is the echo of what ``born_at`` did wrong.

    It fits when its ``property`` has one of ``values`` (None: whatever it says) and what is named besides is the case:
    the promise of the step ``late`` is broken; ``not_sent`` has not come although ``since`` is ``within`` ago (by its own
    promise when neither is written); or ``after`` has come ``within`` before.
    """

    property: str | None
    values: tuple[str, ...]
    born_at: str
    late: str | None = None
    not_sent: str | None = None
    after: str | None = None
    since: str | None = None
    within: str | None = None


@dataclass(frozen=True)
class Boundaries:
    """How a person's life is cut into journeys (``trayecto.Boundaries`` has the same words)."""

    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    gap: str | None = None
    anchor: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    before: str | None = None
    close: tuple[str, ...] = ()
    after: str | None = None


@dataclass(frozen=True)
class Attribute:
    """A column of a journey: ``take`` (first, last, total, count) of a property of its events, or of its channel,
    its source, or how often a touchpoint occurred; or an attribute of its person."""

    name: str
    label: Label
    take: str
    property: str | None = None
    of: tuple[str, ...] = ()  # only from these touchpoints; empty = all
    type: str = "text"
    segment: bool = False
    values: Mapping[str, Label] = field(
        default_factory=dict
    )  # how its values are called; others keep their text

    def called(self, value: str, language: str) -> str:
        """A value in words: "ship" → "Home delivery"."""
        label = self.values.get(value)
        return label.text(language) if label else value


@dataclass(frozen=True)
class Exceptional:
    """A variant that the design allows beside the regular path."""

    name: str
    label: Label
    path: Block


@dataclass(frozen=True)
class JourneyType:
    """Whose journeys (``key``: person, or the kind of an object), what they are for, and what they carry."""

    slug: str
    label: Label
    key: str
    goal: tuple[str, ...]
    boundaries: Boundaries | None
    attributes: tuple[Attribute, ...] = ()
    value: str | None = None
    satisfaction: str | None = None
    weight: str | None = None
    usual: tuple[str, ...] = ()  # steps on the regular path of these journeys, whatever they are elsewhere
    without: tuple[
        str, ...
    ] = ()  # touchpoints that are no steps of these journeys; attributes may still use them
    path: Block | None = None  # the regular path; None: the design says nothing of it
    exceptions: Mapping[str, Exceptional] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    costs: Costs = UNIT

    @property
    def segments(self) -> tuple[Attribute, ...]:
        return tuple(attribute for attribute in self.attributes if attribute.segment)

    def attribute(self, name: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True)
class Column:
    """A column of the picture: one phase, and those of its stages that share the column."""

    phase: str
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Blueprint:
    """The design of all journeys of the company."""

    name: str
    title: Label
    time_zone: str
    country: str | None
    currency: str
    target: float
    departments: Mapping[str, Department]
    stages: Mapping[str, Label]
    columns: tuple[Column, ...]
    touchpoints: tuple[Touchpoint, ...]  # in position order
    journeys: Mapping[str, JourneyType]
    default_journey: str
    demand: tuple[Echo, ...] = ()
    source: str = field(default="", repr=False)

    @cached_property
    def by_key(self) -> Mapping[str, Touchpoint]:
        return {touchpoint.key: touchpoint for touchpoint in self.touchpoints}

    @property
    def measured(self) -> tuple[Touchpoint, ...]:
        return tuple(touchpoint for touchpoint in self.touchpoints if touchpoint.measured)

    def label(self, step: str, language: str) -> str:
        """The step's name for people; a step the blueprint no longer has keeps its key."""
        touchpoint = self.by_key.get(step)
        return touchpoint.label.text(language) if touchpoint else step

    def rejection_of(self, gate: Touchpoint) -> str | None:
        """The step that says somebody did not get past a gate: the written one, else ``x.rejected`` of ``x.requested``."""
        if gate.gate is not None and gate.gate.rejected is not None:
            return gate.gate.rejected
        guess = gate.key.rpartition(".")[0] + ".rejected"
        return guess if guess in self.by_key and self.by_key[guess].measured else None

    def approval_of(self, gate: Touchpoint) -> str | None:
        """The step that says somebody got past a gate: ``x.approved`` of ``x.requested``, where there is one."""
        guess = gate.key.rpartition(".")[0] + ".approved"
        return guess if guess in self.by_key and self.by_key[guess].measured else None

    def owner(self, step: str) -> Department | None:
        touchpoint = self.by_key.get(step)
        return self.departments.get(touchpoint.owner) if touchpoint else None

    def steps(self, journey_type: JourneyType) -> tuple[str, ...]:
        """The touchpoints that are steps of journeys of this type."""
        return tuple(one.key for one in self.measured if one.key not in journey_type.without)

    def allowed(self, journey_type: JourneyType, names: Mapping[str, str] | None = None) -> Path:
        """What journeys of this type may be: the regular path or an exceptional variant; touchpoints without events
        are not looked for. A journey type without a path allows nothing. ``names``: touchpoint → step, where a log
        calls its steps otherwise."""
        blocks = [one.path for one in journey_type.exceptions.values()]
        blocks += [journey_type.path] if journey_type.path else []
        named = {key: (names or {}).get(key, key) for key in self.steps(journey_type)}
        return choice(*(path_of(block, named) for block in blocks))

    def off_path(self, journey_type: JourneyType) -> tuple[str, ...]:
        """Steps that take a journey of this type off the regular path."""
        off = (touchpoint.key for touchpoint in self.measured if touchpoint.leaves_regular_path)
        return tuple(step for step in off if step not in journey_type.usual)
