"""Blueprints made and changed without a text editor: proposed from events that are there, edited as a table."""
