"""Findings: what is wrong, where it is felt and born, whose it is, how sure, and what it costs (``docs/trayecto/findings.md``)."""

from trayecto.findings.find import findings
from trayecto.findings.model import Blamed, Finding, FindingsResult
from trayecto.findings.together import union_of

__all__ = ["Blamed", "Finding", "FindingsResult", "findings", "union_of"]
