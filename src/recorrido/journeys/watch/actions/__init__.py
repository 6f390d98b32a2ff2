"""The only writes of the live watch: counting, looking, opening and closing incidents, what staff decide."""

from recorrido.journeys.watch.actions.counting import count_events, forget_counts, forget_old_counts
from recorrido.journeys.watch.actions.following import follow
from recorrido.journeys.watch.actions.handling import acknowledge, close_by_hand, judge_incident, tune
from recorrido.journeys.watch.actions.looking import look

__all__ = [
    "acknowledge",
    "close_by_hand",
    "count_events",
    "follow",
    "forget_counts",
    "forget_old_counts",
    "judge_incident",
    "look",
    "tune",
]
