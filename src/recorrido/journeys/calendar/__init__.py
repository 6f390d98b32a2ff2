"""The company's calendar: what was changed when, so that what changed in the journeys finds what stands near it."""
