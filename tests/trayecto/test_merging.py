"""However a log is cut and in whatever order its parts are put together, every question answers the same; so do patches
in whatever groups they are merged."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.event_tables import events_of
from tests.trayecto.logs import views
from tests.trayecto.memory_view import HOUR, MemoryView

import trayecto
from trayecto.log.patch import combine
from trayecto.questions import delays, dropoff, durations, funnel, rework, variants, volume
from trayecto.questions import map as map_question

QUESTIONS = {
    "map": map_question.ask,
    "variants": variants.ask,
    "funnel": lambda view: funnel.ask(view, ["a", "b"]),
    "durations": lambda view: durations.ask(view, "a", "b", "each"),
    "dropoff": lambda view: dropoff.ask(view, "d"),
    "rework": rework.ask,
    "volume": lambda view: volume.ask(view, "day"),
    "delays": lambda view: delays.ask(view, {"b": delays.Promise("1h", since="a")}),
}


@dataclass(frozen=True)
class Shuffled(MemoryView):
    """The same journeys, cut finer and handed out in any order."""

    seed: int = 0

    def batches(self, parts=None):
        found = super().batches(parts)
        random.Random(self.seed).shuffle(found)
        return found


@given(views(), st.integers(1, 6), st.integers(0, 99))
@settings(max_examples=60)
def test_questions_answer_the_same_however_the_log_is_cut_and_put_together(view, parts, seed):
    facts = {name: getattr(view, name) for name in view.__dataclass_fields__}
    cut = Shuffled(**facts | {"parts": parts}, seed=seed)
    whole = replace(view, parts=1)
    for name, ask in QUESTIONS.items():
        assert asked(ask, cut) == asked(ask, whole), name


def asked(ask, view):
    try:
        return ask(view).to_dict()
    except trayecto.TrayectoError as error:
        return type(error).__name__


appended = st.lists(
    st.dictionaries(st.sampled_from("pqrs"), st.lists(st.sampled_from("abc"), max_size=3), min_size=1, max_size=3),
    min_size=3, max_size=3,
)  # fmt: skip


@given(appended)
@settings(max_examples=12)
def test_patches_say_the_same_in_whatever_groups_they_are_merged(tmp_path_factory, parts):
    folder = tmp_path_factory.mktemp("merged") / "log"
    log = trayecto.build(events_of([("p", "a", 1), ("q", "b", 2), ("x", "a", 3)]), folder)
    for number, part in enumerate(parts):
        rows = [(key, step, HOUR * place) for key, steps in part.items() for place, step in enumerate(steps)]
        filler = many_of(f"f{number}", (2_000, 300, 20)[number])  # so that none is merged as it is appended
        table = pa.concat_tables([events_of(rows).table, filler.table]) if rows else filler.table
        touched = [*part, *filler.table["journey"].to_pylist()]
        log = trayecto.append(folder, trayecto.Events(table), touched=touched)
    one, two, three = log.stored.patches
    together = said(combine([one, two, three]))
    assert said(combine([combine([one, two]), three])) == together
    assert said(combine([one, combine([two, three])])) == together


def many_of(name, count):
    return events_of([(f"{name}{number}", "a", number) for number in range(count)])


def said(patch):
    """What a patch says of each key: its rows, and those of the base whose place it takes."""
    ends = np.cumsum(patch.rows_of_keys)
    columns = ("journey", "steps", "times")
    journeys = patch.journeys.select(columns).to_pylist()
    return {
        key["key"]: (key["base_row"], key["base_rows"], journeys[end - key["rows"] : end])
        for key, end in zip(patch.keys.to_pylist(), ends.tolist(), strict=True)
    }
