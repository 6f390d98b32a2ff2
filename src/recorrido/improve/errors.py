"""What can go wrong with findings.

ImproveError
├── UnknownFinding    there is no such finding
├── WhyMissing        a decision that needs its reason
└── AlreadyDecided    the finding is in a state from which this cannot be done
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ImproveError(Exception):
    """Base: ``code`` for machines, ``str()`` a translated sentence."""

    code = "improve"
    temporary: ClassVar[bool] = False
    sentence: str | Promise = ""

    def __str__(self) -> str:
        return str(self.args[0] if self.args else self.sentence)


class UnknownFinding(ImproveError):
    code = "unknown_finding"
    sentence = _("There is no such finding.")


class WhyMissing(ImproveError):
    code = "why_missing"
    sentence = _("Say why, in a few words: whoever reads it later was not here.")


class AlreadyDecided(ImproveError):
    code = "already_decided"
    sentence = _("Somebody decided on this finding meanwhile. Look at it again.")
