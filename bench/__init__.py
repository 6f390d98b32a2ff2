"""Benchmarks: ``python -m bench questions --events 1000000``."""
