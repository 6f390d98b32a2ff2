"""The calendar of what was changed when."""
