"""One command, or one group of commands, per file; each has ``register(app)`` and only calls actions.

Imports of Django and of our modules stand inside the functions: ``recorrido --help`` must not load them.
"""
