"""How sure a cause is: the word for it, and what the word means, wherever a page shows one."""

from __future__ import annotations

from django.utils.translation import gettext as _

ASSOCIATION, ADJUSTED, PROVED = "association", "adjusted", "proved"


def method_label(method: str | None) -> str:
    """ "" for no method."""
    labels = {ASSOCIATION: _("association"), ADJUSTED: _("adjusted"), PROVED: _("proved")}
    return labels.get(method or "", method or "")


def method_help(method: str | None) -> str:
    """How sure that makes it, in words for who never heard of statistics."""
    return {
        ASSOCIATION: _(
            "The two go together in the data. Something else may be behind both: ask before you act."
        ),
        ADJUSTED: _(
            "Cases were compared with others like them (same time of the year, same region…). More than a coincidence, less than a proof."
        ),
        PROVED: _(
            "It was tried: something was changed, and the effect was measured against what would have happened."
        ),
    }.get(method or "", "")
