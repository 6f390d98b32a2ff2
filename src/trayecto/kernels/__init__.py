"""Numba loops over the arrays of a journey log; each has a slow plain twin in tests/trayecto/twins."""
