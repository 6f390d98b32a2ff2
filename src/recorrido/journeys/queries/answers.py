"""Answers kept by (log version, question, filters): a log version never changes, so neither does its answer.

A log that is kept fresh has a new version every second: the answers of a few versions are kept, and an old version's go
together.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from django.utils.translation import get_language

from recorrido.journeys.queries.study import Study, forget_studies

VERSIONS = 8  # per process: those asked last
ANSWERS = 256  # per version; a map of Aromo is about 30 kB

Answers = OrderedDict[Any, Any]
_versions: OrderedDict[tuple[str, str], Answers] = OrderedDict()
_lock = Lock()
Question = TypeVar("Question", bound=Callable[..., Any])


def kept(question: Question) -> Question:
    """Keep the answers of ``question(study, …)``; all other arguments must be hashable."""

    @wraps(question)
    def ask(study: Study, *args: Any, **kwargs: Any) -> Any:
        key = (question.__qualname__, get_language(), args, tuple(sorted(kwargs.items())))
        with _lock:
            answers = _answers_of(study)
            if key in answers:
                answers.move_to_end(key)
                return answers[key]
        answer = question(study, *args, **kwargs)
        with _lock:
            _keep(_answers_of(study), key, answer, ANSWERS)
        return answer

    return ask  # type: ignore[return-value]


def _answers_of(study: Study) -> Answers:
    """The answers of a log version, which is now the one asked last."""
    version = (study.build.journey_type, study.version)
    if version not in _versions:
        _keep(_versions, version, OrderedDict(), VERSIONS)
    _versions.move_to_end(version)
    return _versions[version]


def _keep(kept_ones: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    kept_ones[key] = value
    while len(kept_ones) > most:
        kept_ones.popitem(last=False)


def forget_answers() -> None:
    forget_studies()
    with _lock:
        _versions.clear()
