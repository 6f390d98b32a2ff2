"""What can go wrong with named changes.

WhatIfError (a JourneysError)
├── BadName          no name, or a longer one than fits
├── NameTaken        others have this name already
├── TooManyNamed     as many are kept as a page can list
└── UnknownChanges   removed since
"""

from __future__ import annotations

from recorrido.journeys.errors import JourneysError


class WhatIfError(JourneysError):
    code = "what_if"


class BadName(WhatIfError):
    code = "bad_name"


class NameTaken(WhatIfError):
    code = "name_taken"


class TooManyNamed(WhatIfError):
    code = "too_many_named"


class UnknownChanges(WhatIfError):
    code = "unknown_changes"
