"""What the journey pages ask. Everything takes a ``Study`` (a journey type's log, open at one version) and ``Filters``.

    study = access.study_for(actor, "purchase", version)      # version "" = the newest; pin study.version in URLs
    filters = Filters.decode(query_string)                    # filters.encode() writes it back
    page = journey_map(study, filters, mode="frequency", links=Links(step="/…{step}…", flow="/…{source}…{target}…"))

Results are frozen dataclasses. Every count that can be clicked is a ``Figure(count, selection, weighted)``: its link is
``filters.encode()`` + ``sel=`` + ``figure.selection.encode()`` + ``log=`` + ``study.version``, and
``journeys_behind(study, filters, selection).total.count`` equals it. ``figures_of(view)`` yields all of them.

States without figures are exceptions of ``journeys.errors``: NoBlueprint, NoLog, LogVersionGone (``.newest``),
LogDamaged, UnknownJourneyType, BadSelection; an empty selection is ``JourneyMap.empty``.
"""

from recorrido.journeys.queries.answers import forget_answers
from recorrido.journeys.queries.choices import (
    Choice,
    FilterChoices,
    Period,
    SegmentChoice,
    channel_label,
    default_filters,
    filter_choices,
    value_label,
)
from recorrido.journeys.queries.cohorts import Cohorts, CohortsQuestion, cohorts, order_steps
from recorrido.journeys.queries.comparisons import COMPARED, Comparison, Sides, compare
from recorrido.journeys.queries.counting import RegularShare, count, regular_share
from recorrido.journeys.queries.drafts import find_drafts, is_untouched_starter, observed_order
from recorrido.journeys.queries.figures import Clickable, Figure, figures_of
from recorrido.journeys.queries.filters import ALL, EXCEPTIONS, PATHS, REGULAR, Filters
from recorrido.journeys.queries.funnels import Funnel, FunnelLevel, FunnelQuestion, funnel
from recorrido.journeys.queries.hurts import Hurt, WhereItHurts, where_it_hurts
from recorrido.journeys.queries.lists import (
    JourneyDetail,
    JourneyList,
    JourneyRow,
    JourneyStep,
    journey_detail,
    journeys_as_csv,
    journeys_behind,
)
from recorrido.journeys.queries.maps import MODES, JourneyMap, Links, MapFlow, MapStep, journey_map, warm_up
from recorrido.journeys.queries.notes import text_of, title_of, wait_against_promise
from recorrido.journeys.queries.pains import pain_level
from recorrido.journeys.queries.paths import Paths, PathsQuestion, paths
from recorrido.journeys.queries.pending import Pending, pending_reading
from recorrido.journeys.queries.selections import Selection, register_selection
from recorrido.journeys.queries.sentences import Sentence, length_said, sentence_on, things, title_of_pace
from recorrido.journeys.queries.steps import FlowFigures, StepFigures, flow_figures, step_figures
from recorrido.journeys.queries.study import (
    JourneyTypeState,
    LogFacts,
    Study,
    blueprint_in_force,
    journey_types,
    log_facts,
    newest_version,
    open_study,
)
from recorrido.journeys.queries.tables import (
    cohorts_as_csv,
    comparison_as_csv,
    funnel_as_csv,
    hurts_as_csv,
    map_as_csv,
    paths_as_csv,
    variants_as_csv,
)
from recorrido.journeys.queries.values import value_model_versions, valued, values_in_force
from recorrido.journeys.queries.variants import Variant, Variants, variants
from recorrido.journeys.queries.wording import design_in_force, event_labels

__all__ = [
    "ALL",
    "COMPARED",
    "EXCEPTIONS",
    "MODES",
    "PATHS",
    "REGULAR",
    "Choice",
    "Clickable",
    "Cohorts",
    "CohortsQuestion",
    "Comparison",
    "Figure",
    "FilterChoices",
    "Filters",
    "FlowFigures",
    "Funnel",
    "FunnelLevel",
    "FunnelQuestion",
    "Hurt",
    "JourneyDetail",
    "JourneyList",
    "JourneyMap",
    "JourneyRow",
    "JourneyStep",
    "JourneyTypeState",
    "Links",
    "LogFacts",
    "MapFlow",
    "MapStep",
    "Paths",
    "PathsQuestion",
    "Pending",
    "Period",
    "RegularShare",
    "SegmentChoice",
    "Selection",
    "Sentence",
    "Sides",
    "StepFigures",
    "Study",
    "Variant",
    "Variants",
    "WhereItHurts",
    "blueprint_in_force",
    "channel_label",
    "cohorts",
    "cohorts_as_csv",
    "compare",
    "comparison_as_csv",
    "count",
    "default_filters",
    "design_in_force",
    "event_labels",
    "figures_of",
    "filter_choices",
    "find_drafts",
    "flow_figures",
    "forget_answers",
    "funnel",
    "funnel_as_csv",
    "hurts_as_csv",
    "is_untouched_starter",
    "journey_detail",
    "journey_map",
    "journey_types",
    "journeys_as_csv",
    "journeys_behind",
    "length_said",
    "log_facts",
    "map_as_csv",
    "newest_version",
    "observed_order",
    "open_study",
    "order_steps",
    "pain_level",
    "paths",
    "paths_as_csv",
    "pending_reading",
    "register_selection",
    "regular_share",
    "sentence_on",
    "step_figures",
    "text_of",
    "things",
    "title_of",
    "title_of_pace",
    "value_label",
    "value_model_versions",
    "valued",
    "values_in_force",
    "variants",
    "variants_as_csv",
    "wait_against_promise",
    "warm_up",
    "where_it_hurts",
]
