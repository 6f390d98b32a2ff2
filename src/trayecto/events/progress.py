"""How far a long job has come: told to a function, or drawn by rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[int, int], None]


@contextmanager
def meter(progress: Tell | bool | None, total: int, title: str) -> Iterator[Callable[[int], None]]:
    """Give a function that takes steps; the sum of all steps is shown against ``total``.

    ``progress`` is called with (done, total), or True draws a bar on stderr, or nothing is shown.
    """
    if progress is True:
        with _bar(total, title) as advance:
            yield advance
    elif callable(progress):
        yield _summing(progress, total)
    else:
        yield lambda _step: None


def _summing(progress: Tell, total: int) -> Callable[[int], None]:
    done = 0

    def advance(step: int) -> None:
        nonlocal done
        done = min(done + step, total)
        progress(done, total)

    return advance


@contextmanager
def _bar(total: int, title: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda step: bar.advance(task, step)
