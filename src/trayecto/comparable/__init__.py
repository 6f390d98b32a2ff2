"""Comparable: two groups made alike in what was known before, with the balance before and after."""

from trayecto.comparable.alike import Alike, Balance, alike
from trayecto.comparable.known import month_feature, tenure_feature, traits, value_feature

__all__ = ["Alike", "Balance", "alike", "month_feature", "tenure_feature", "traits", "value_feature"]
