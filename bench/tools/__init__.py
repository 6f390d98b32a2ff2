"""Each tool answers the same questions in a process of its own: ``PYTHON -m bench.tools.NAME EVENTS OUT``."""
