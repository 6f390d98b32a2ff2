"""What the pages of findings begin with: all findings, as they are called and narrowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recorrido.improve import queries
from recorrido.improve.models import OPEN, FindingRun
from recorrido.improve.queries import Money
from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.errors import JourneysError
from recorrido.journeys.models import JourneyBuild
from recorrido.journeys.queries import blueprint_in_force
from recorrido.web.findings.naming import Names
from recorrido.web.findings.narrowing import Narrowing
from recorrido.web.findings.sentences import money_text
from recorrido.web.findings.showing import Shown, shown


@dataclass(frozen=True)
class Findings:
    """``all``: every finding that is known; ``rows``: those that the narrowing takes, without look-alikes."""

    run: FindingRun | None
    names: Names
    narrowing: Narrowing
    all: Sequence[Shown]
    look: Analysis | None

    @property
    def rows(self) -> list[Shown]:
        return [one for one in self.all if not one.finding.is_look_alike and self.narrowing.takes(one)]

    @property
    def look_alikes(self) -> list[Shown]:
        """What seems to be a finding and is none; shown where nothing is asked but a department or a kind."""
        if self.narrowing.status:
            return []
        wide = Narrowing(self.narrowing.words, "all", self.narrowing.department, self.narrowing.kind)
        return [one for one in self.all if one.finding.is_look_alike and wide.takes(one)]

    @property
    def together(self) -> Money | None:
        """What the rows are worth together, each journey counted once."""
        return queries.together(self.run, [one.finding for one in self.rows]) if self.run else None

    @property
    def together_text(self) -> str:
        return money_text(self.together) if self.together else ""

    @property
    def any_overlap(self) -> bool:
        return any(one.overlapping for one in self.rows)

    @property
    def kinds(self) -> set[str]:
        return {one.finding.kind for one in self.all}

    @property
    def departments(self) -> list[tuple[str, str]]:
        known = {one.finding.department for one in self.all}
        return [(slug, name) for slug, name in self.names.departments if slug in known]

    @property
    def has_values(self) -> bool:
        return self.run is None or self.run.values is not None


def findings_page(narrowing: Narrowing | None = None) -> Findings:
    """A handful of queries, whatever the number of findings."""
    names, known = Names.in_force(), queries.known_findings()
    all_shown = shown(known, names, queries.improvements_of(known), known)
    return Findings(queries.newest_run(), names, narrowing or Narrowing(), all_shown, queries.last_look())


def top(page: Findings, most: int) -> list[Shown]:
    """The findings worth most that are open."""
    return [one for one in page.all if one.finding.status in OPEN][:most]


def journeys_are_ready() -> bool:
    """Whether there are journeys that findings could be looked for in."""
    try:
        blueprint = blueprint_in_force()[1]
    except JourneysError:
        return False
    return JourneyBuild.objects.newest_done(blueprint.default_journey) is not None
