"""Hypothesis strategies: filters of every kind, also with awkward names and values."""

from hypothesis import strategies as st
from tests.trayecto.logs import NAMES
from tests.trayecto.memory_view import HOUR

from trayecto import filters as f
from trayecto.units import to_datetime

steps = st.sampled_from(NAMES)
some_steps = st.lists(steps, min_size=1, max_size=3)
odd_names = st.text(min_size=1, max_size=8) | st.sampled_from(
    ["it's", "a') or has('b", "and", '"', "--", "ñ ☂"]
)
hours = st.none() | st.integers(0, 6).map(lambda count: f"{count}h")
moments = st.none() | st.integers(-2, 9).map(lambda at: to_datetime(at * HOUR))
conditions = st.sampled_from(
    [
        "events > 2",
        "country = 'CL'",
        "country in ('PE', 'it''s')",
        "events between 2 and 4",
        "not events = 3",
        "country is not null",
        "(events + 1) * 2 > -4 and country like 'C%'",
        "case when events > 2 and country = 'CL' then true else false end or events = 1",
        "lower(country) = 'cl' or (events < 3 and country <> 'PE')",
    ]
)


def leaves(names=steps):
    """Filters that stand alone, over the given step names."""
    several = st.lists(names, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda chosen: f.has(*chosen)),
        several.map(lambda chosen: f.lacks(*chosen)),
        several.map(lambda chosen: f.has_all(*chosen)),
        several.map(lambda chosen: f.starts_with(*chosen)),
        several.map(lambda chosen: f.ends_with(*chosen)),
        several.map(f.exact_variant),
        st.builds(f.followed_by, names, names, hours),
        st.builds(f.directly_followed_by, names, names, hours),
        st.builds(f.funnel_reached, several, hours, st.booleans()),
        st.builds(f.around, names, st.integers(-2, 2), st.lists(names, max_size=2), hours, st.booleans()),
        st.builds(f.started_between, moments, moments),
        st.builds(f.occurs_between, st.lists(names, max_size=2), moments, moments),
        st.integers(1, 4).map(f.variant_rank),
        st.integers(1, 4).map(lambda rank: f.variant_rank(exactly=rank)),
        several.map(lambda values: f.touches("channel", *values)),
        conditions.map(f.attribute),
    )


def composed(names=steps):
    """Filters joined by and, or, not."""
    return st.recursive(
        leaves(names),
        lambda parts: st.one_of(
            st.builds(lambda a, b: a & b, parts, parts),
            st.builds(lambda a, b: a | b, parts, parts),
            parts.map(lambda part: ~part),
        ),
        max_leaves=6,
    )
