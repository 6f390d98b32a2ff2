"""Stored analyses: work on a journey log that takes longer than a page may, done by the worker and kept by log version.

A module **registers** what it can work out (``registry.register``), in the ``ready`` of its app::

    register(Kind("gates", run=gates_of, scheduled=True))

    def gates_of(study: Study, parameters: Parameters, progress: Progress) -> dict:
        progress(0.3)
        return {...}  # what JSON can hold, without words of one language

Somebody **asks** (``actions.request_analysis``), the worker carries it out in a process that stands back, the page shows
its progress and then its result (``queries.analysis_of``; ``recorrido.web.analyses`` has the parts that pages share).
"""
