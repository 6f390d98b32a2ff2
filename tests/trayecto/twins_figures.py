"""Figures by exact arithmetic."""

from fractions import Fraction


def percentile(values, share):
    """Linear interpolation between the closest ranks, as a fraction."""
    ordered = sorted(values)
    place = Fraction(share) * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
