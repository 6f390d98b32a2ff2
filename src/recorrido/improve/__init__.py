"""Findings, and what is done about them.

The worker looks for findings on schedule (``analysis.run``, a stored analysis); ``actions.take_in`` writes them down, so that the
same problem stays one finding from run to run, with the history of its figures. People accept, dismiss or dispute it.
"""
