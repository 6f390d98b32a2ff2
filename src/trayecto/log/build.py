"""Build a log from all of its events: the base is written aside and takes the old log's place in one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from trayecto.events.progress import Tell, meter
from trayecto.events.table import Events
from trayecto.log import attributes as journey_attributes
from trayecto.log import writing
from trayecto.log.addition import Addition
from trayecto.log.append import add
from trayecto.log.attributes import Aggregate
from trayecto.log.boundaries import Boundaries
from trayecto.log.content import Settings, check, content_of, kept_columns, person_column
from trayecto.log.journeylog import JourneyLog
from trayecto.log.store import PatchFile, Position
from trayecto.log.stored import Base, open_base
from trayecto.log.version import open_draft
from trayecto.log.write import write_base
from trayecto.stores import folder_of


def build(
    events: Events,
    out: str | Path,
    *,
    by: str | None = None,
    attributes: Mapping[str, Aggregate] | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    boundaries: Boundaries | None = None,
    weight: str | None = None,
    as_of: datetime | None = None,
    order: Sequence[str] | None = None,
    person: str | None = None,
    position: Position = (),
    texts: Mapping[str, str] | None = None,
    progress: Tell | bool | None = None,
) -> JourneyLog:
    """Build a journey log from events, in a folder or on a store (``s3://bucket/orders.log``), and open it.

    ``by``: whose journeys – a column, an OCEL object type, or None for the column ``journey``. ``attributes``: one
    value per journey, as ``{"country": first("country")}`` or a list of columns (first values). ``columns``: values
    kept per event (default: channel and owner, where present). ``boundaries`` cut each key's life into journeys.
    ``weight``: the column with what a journey stands for: its first value in the journey counts, and ``info()`` tells
    how many journeys have events with another. ``as_of``: the moment the log speaks of (default: the last event).
    ``order``: steps in blueprint order, which orders times that are only dates. ``person``: the column with the
    person of a journey (default: ``person``, where present). ``position``: how far the streams that the events come
    from were read, kept as it is for who appends later. ``texts``: what a log
    keeps by name, such as the blueprint it was built by. ``progress``: called with (done, total), or True for a bar.

    The folder is written atomically and the old log stays until then. Raises BadLog when it cannot be written,
    UnknownColumn for a column that is not there, BadValue for a journey whose weight is
    missing or negative.
    """
    with (
        writing.reaching(folder_of(out)) as place,
        draft(
            events, place, by=by, attributes=attributes, columns=columns, boundaries=boundaries, weight=weight, as_of=as_of,
            order=order, person=person, position=position, texts=texts, progress=progress,
        ) as aside,
    ):  # fmt: skip
        aside.publish()
    return JourneyLog.open(out)


@contextmanager
def draft(
    events: Events,
    out: str | Path,
    *,
    by: str | None = None,
    attributes: Mapping[str, Aggregate] | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    boundaries: Boundaries | None = None,
    weight: str | None = None,
    as_of: datetime | None = None,
    order: Sequence[str] | None = None,
    person: str | None = None,
    position: Position = (),
    texts: Mapping[str, str] | None = None,
    progress: Tell | bool | None = None,
) -> Iterator[Draft]:
    """As ``build``, but aside: nobody sees the new log until ``publish``, and what happens meanwhile is appended first.

    ``with trayecto.draft(events, "orders.log") as aside: aside.append(more); log = aside.publish()``. While the block
    lasts the old log answers, and takes what is appended to it; a draft that was not published goes with the block.
    """
    settings = check(
        events, Settings(
            by, journey_attributes.normalise(attributes), kept_columns(events, columns), boundaries, weight,
            as_of, None if order is None else tuple(order), person_column(events, person),
        )
    )  # fmt: skip
    with meter(progress, 100, "Building the journey log") as advance:
        content = content_of(events, settings, advance)
        del events  # they may be most of the memory
        with writing.new_base(Path(out)) as place:
            told = {"options": settings.to_json(), "position": list(position), "texts": dict(texts or {})}
            write_base(place, content, told, advance)
            del content
            yield Draft(open_base(place.parent, place.name, None), position)


class Draft:
    """A log that was built aside, and what was appended to it since."""

    def __init__(self, base: Base, position: Position) -> None:
        self._base = base
        self._tail: tuple[PatchFile, ...] = ()
        self._position = position

    @property
    def version(self) -> str:
        """The name of its base, which the version will begin with."""
        return self._base.name

    @property
    def log(self) -> JourneyLog:
        """The draft as it stands."""
        return JourneyLog(open_draft(self._base, self._tail))

    def append(
        self,
        events: Events | None = None,
        *,
        touched: Sequence[str] | None = None,
        as_of: datetime | None = None,
        position: Position | None = None,
        untyped: bool = False,
    ) -> None:
        """As ``trayecto.append``, to the draft."""
        addition = Addition(events, touched, as_of, position, untyped)
        self._tail = add(open_draft(self._base, self._tail), self._tail, addition)
        self._position = self._position if position is None else position

    def publish(self) -> JourneyLog:
        """Make it the current version and open it."""
        writing.publish_base(self._base.place, self._tail, self._position)
        return JourneyLog.open(self._base.folder)
