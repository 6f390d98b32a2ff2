"""Journeys against their design: which sequences of steps it allows, and how near a real one comes."""
