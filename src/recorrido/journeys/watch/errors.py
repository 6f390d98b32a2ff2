"""WatchError
├── UnknownIncident   there is no such incident
└── UnknownSubject    nothing of this name is watched
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class WatchError(Exception):
    """Base: ``code`` for machines, ``str()`` a translated sentence."""

    code = "watch"
    sentence: str | Promise = ""

    def __str__(self) -> str:
        return str(self.sentence)


class UnknownIncident(WatchError):
    code = "unknown_incident"
    sentence = _("There is no such incident.")


class UnknownSubject(WatchError):
    code = "unknown_subject"
    sentence = _("Nothing of this name is watched by the blueprint in force.")
