"""Attempts to order: what came of each, what came after it, and with whom it compares."""
