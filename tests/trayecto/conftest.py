"""Hypothesis measures no time here: the first example of a test may have to compile a kernel."""

from hypothesis import settings

settings.register_profile("trayecto", deadline=None)
settings.load_profile("trayecto")
