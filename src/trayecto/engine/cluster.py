"""The engine of a Ray cluster: every machine reads the same logs, counts its parts, and merges what lies near.

The only module that knows of Ray. A part goes to the machine that rendezvous hashing (Thaler and Ravishankar, 1998) gives
it, each with room for as many as its cores can take, so that a machine finds its parts in its page cache again, and only the
parts of a lost machine move. What was lost with a machine Ray counts again; the answer is the same, and a sentence says so.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trayecto.engine import watch as watching
from trayecto.engine.fetching import opened
from trayecto.engine.watch import Watch
from trayecto.errors import NoEngine

FAN = 8  # summaries that are merged at once
PATIENCE = 0.2  # seconds between two looks at whether the question was called off
TRIES = 4  # of a part whose machine is lost again and again


@dataclass(frozen=True)
class Done:
    """What is told of a part beside its summary, which stays where it is."""

    machine: str
    bytes: int


def connect(name: str) -> Cluster:
    """The cluster called ``ray`` or ``ray://HOST:PORT``; raises NoEngine when it cannot be reached."""
    try:
        import ray
    except ImportError as error:
        raise NoEngine(
            "The engine 'ray' needs the library Ray: install the extra 'ray' (pip install 'recorrido[ray]')."
        ) from error
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")  # each is raised where its question is asked
    if not ray.is_initialized():
        _join(ray, name)
    return Cluster(ray, name)


def _join(ray: Any, name: str) -> None:
    """Join the cluster of that address; for ``ray`` the one of this machine, or a new one of its cores."""
    settings = {"logging_level": "WARNING", "log_to_driver": False, "configure_logging": False}
    try:
        if name != "ray":
            ray.init(address=name, **settings)
            return
        try:
            ray.init(address="auto", **settings)
        except ConnectionError:
            ray.init(include_dashboard=False, **settings)
    except Exception as error:
        raise NoEngine(f"The Ray cluster {name} cannot be reached: {_said(error)}") from error


class Cluster:
    """A Ray cluster that this process has joined."""

    def __init__(self, ray: Any, name: str) -> None:
        self.name = name
        self._ray = ray
        self._count = ray.remote(num_returns=2, max_retries=TRIES)(_count)
        self._merge = ray.remote(max_retries=TRIES)(_merge)
        self._scatter = ray.remote(max_retries=TRIES)(_scatter)
        self._gather = ray.remote(num_returns=2, max_retries=TRIES)(_gather)

    def cores(self) -> int:
        return max(1, sum(self._machines().values()))

    def _machines(self) -> dict[str, int]:
        """The cores of each machine that is alive."""
        alive = (node for node in self._ray.nodes() if node["Alive"])
        found = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) for node in alive}
        return {machine: cores for machine, cores in found.items() if cores}

    def over(self, work: Callable[[Any], Any], items: Sequence[Any], watch: Watch) -> list[Any]:
        """``work`` on every item, in order, its answers brought here."""
        sent = self._send(work, items)
        self._wait(sent, watch)
        return [pickle.loads(answer) for answer in self._get(sent.answers)]

    def run(
        self,
        items: Sequence[Any],
        scan: Callable[[Any], Any],
        merge: Callable[[Any, Any], Any],
        watch: Watch,
    ) -> Any:
        """The merged summary: merged machine by machine first, then across; only the last one comes here."""
        sent = self._send(scan, items)
        together = self._ray.put(merge)
        near = [self._tree(refs, together) for refs in sent.by_machine()]
        answer = self._tree(near, together)
        self._wait(sent, watch)
        return pickle.loads(self._get([answer])[0])

    def regroup(
        self,
        items: Sequence[Any],
        scatter: Callable[[Any], Sequence[Any]],
        gather: Callable[[Sequence[Any]], Any],
        merge: Callable[[Any, Any], Any],
        watch: Watch,
    ) -> Any:
        """Pieces go from the machine that made them to the one that gathers them; none passes here."""
        recipe, together = self._ray.put(scatter), self._ray.put(gather)
        places = self._places(items)
        pieces = [
            self._scatter.options(num_returns=len(items) + 1, scheduling_strategy=_near(machine)).remote(
                recipe, item
            )
            for item, machine in zip(items, places, strict=True)
        ]
        groups = [
            self._gather.remote(together, *(one[number] for one in pieces)) for number in range(len(items))
        ]
        self._wait(Sent(items, [], [one[-1] for one in pieces], places), watch)
        answer = self._tree([summary for summary, _told in groups], self._ray.put(merge))
        names = [f"group {number}" for number in range(len(groups))]
        self._wait(Sent(names, [], [told for _summary, told in groups], []), watch)
        return pickle.loads(self._get([answer])[0])

    def _tree(self, refs: Sequence[Any], merge: Any) -> Any:
        while len(refs) > 1:
            groups = [refs[place : place + FAN] for place in range(0, len(refs), FAN)]
            refs = [self._merge.remote(merge, *group) if len(group) > 1 else group[0] for group in groups]
        return refs[0]

    def _send(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Sent:
        recipe, places = self._ray.put(work), self._places(items)
        answers, told = [], []
        for item, machine in zip(items, places, strict=True):
            answer, done = self._count.options(scheduling_strategy=_near(machine)).remote(recipe, item)
            answers.append(answer)
            told.append(done)
        return Sent(items, answers, told, places)

    def _places(self, items: Sequence[Any]) -> list[str]:
        return assigned([_key(item, number) for number, item in enumerate(items)], self._machines())

    def _wait(self, sent: Sent, watch: Watch) -> None:
        """Until every part is counted; tells how many are, calls the rest off when nobody wants them, says what was lost."""
        pending, quiet = list(sent.told), time.monotonic()
        while pending:
            ready, pending = self._ray.wait(pending, num_returns=1, timeout=PATIENCE)
            self._call_off(ready, pending, watch)
            if ready:
                watch.told(len(sent.told) - len(pending), len(sent.told))
            elif time.monotonic() - quiet > watching.SLOW:
                watch.waits_for(sent.named(pending))
            else:
                continue
            quiet = time.monotonic()
        done = self._get(sent.told)
        lost = sorted(set(sent.places) - self._machines().keys())
        watch.brought(sum(one.bytes for one in done))
        for machine in lost:
            again = sum(
                place == machine and one.machine != machine
                for place, one in zip(sent.places, done, strict=True)
            )
            watch.say(_lost_sentence(machine, sent.places.count(machine), again))

    def _call_off(self, ready: Sequence[Any], pending: Sequence[Any], watch: Watch) -> None:
        """Count no more in vain: when nobody wants the answer, or a part that is ready failed."""
        try:
            watch.check()
            self._get(ready)
        except BaseException:
            for ref in pending:
                self._ray.cancel(ref)
            raise

    def _get(self, refs: Sequence[Any]) -> list[Any]:
        from ray.exceptions import RayError, RayTaskError

        try:
            return list(self._ray.get(list(refs)))
        except RayTaskError as error:
            raise error.cause from None
        except RayError as error:
            raise NoEngine(f"The Ray cluster {self.name} was lost: {_said(error)}") from error


def _said(error: Exception) -> str:
    """The first line, or the kind of an error that has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _lost_sentence(machine: str, parts: int, again: int) -> str:
    return (
        f"Machine {machine[:8]} was lost while it counted: {again} of its {parts} parts were counted by others. "
        "The answer is complete."
    )


@dataclass(frozen=True)
class Sent:
    """Parts under way: their summaries, what is told of each, and the machine each was meant for."""

    items: Sequence[Any]
    answers: list[Any]
    told: list[Any]
    places: list[str]

    def named(self, told: Sequence[Any]) -> list[str]:
        """The names of these parts."""
        wanted = set(told)
        return [_key(item, place) for place, item in enumerate(self.items) if self.told[place] in wanted]

    def by_machine(self) -> Iterator[list[Any]]:
        for machine in sorted(set(self.places)):
            yield [ref for ref, place in zip(self.answers, self.places, strict=True) if place == machine]


def _near(machine: str) -> Any:
    """On this machine, or on another once it is lost."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(machine, soft=True)


def _key(item: Any, number: int) -> str:
    """The name of a part, the same whenever the log is asked."""
    return str(getattr(item, "key", None) or number)


def assigned(keys: Sequence[str], machines: Mapping[str, int]) -> list[str]:
    """The machine for each part: the one that hashing likes best among those with room, by their cores."""
    if not machines:
        raise NoEngine("The Ray cluster has no machine with a core to count on.")
    total = sum(machines.values())
    room = {machine: -(-len(keys) * cores // total) for machine, cores in machines.items()}
    places = []
    for key in keys:
        best = max((one for one, left in room.items() if left), key=lambda one: _liking(key, one))
        room[best] -= 1
        places.append(best)
    return places


def _liking(key: str, machine: str) -> bytes:
    return hashlib.blake2b(f"{key}@{machine}".encode(), digest_size=8).digest()


# --- what runs on the machines ---


def _count(work: Callable[[Any], Any], item: Any) -> tuple[bytes, Done]:
    from trayecto import engine

    with engine.staying_here():
        answer = pickle.dumps(work(opened(item)), protocol=5)
    return answer, Done(_machine(), len(answer))


def _machine() -> str:
    """The one that this runs on."""
    import ray

    return str(ray.get_runtime_context().get_node_id())


def _scatter(work: Callable[[Any], Sequence[Any]], item: Any) -> tuple[Any, ...]:
    """Its pieces, and last what is told of it."""
    from trayecto import engine

    with engine.staying_here():
        pieces = [pickle.dumps(piece, protocol=5) for piece in work(opened(item))]
    return *pieces, Done(_machine(), sum(map(len, pieces)))


def _gather(work: Callable[[Sequence[Any]], Any], *pieces: bytes) -> tuple[bytes, Done]:
    return _count(work, [pickle.loads(piece) for piece in pieces])


def _merge(merge: Callable[[Any, Any], Any], *parts: bytes) -> bytes:
    """Merged from copies of their own: what Ray hands out cannot be written to."""
    found = pickle.loads(parts[0])
    for part in parts[1:]:
        found = merge(found, pickle.loads(part))
    return pickle.dumps(found, protocol=5)
