"""Answers kept by (log version, question, filters): a log version never changes, so neither does its answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from django.utils.translation import get_language

from recorrido.journeys.queries.study import Study, forget_studies

KEPT = 512  # answers per process; a map of Aromo is about 30 kB

_answers: OrderedDict[Any, Any] = OrderedDict()
_lock = Lock()
Question = TypeVar("Question", bound=Callable[..., Any])


def kept(question: Question) -> Question:
    """Keep the answers of ``question(study, …)``; all other arguments must be hashable."""

    @wraps(question)
    def ask(study: Study, *args: Any, **kwargs: Any) -> Any:
        place = (study.build.journey_type, study.version, get_language())
        key = (question.__qualname__, place, args, tuple(sorted(kwargs.items())))
        with _lock:
            if key in _answers:
                _answers.move_to_end(key)
                return _answers[key]
        answer = question(study, *args, **kwargs)
        _keep(key, answer)
        return answer

    return ask  # type: ignore[return-value]


def _keep(key: Any, answer: Any) -> None:
    with _lock:
        _answers[key] = answer
        while len(_answers) > KEPT:
            _answers.popitem(last=False)


def forget_answers() -> None:
    forget_studies()
    with _lock:
        _answers.clear()
