"""Bringing events in: files of seven kinds, or Arrow tables, become one table of standard columns."""
