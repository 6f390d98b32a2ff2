"""Advice and support, failure demand, and who leaves how much: worked out by ``trayecto``, kept as analyses, read for pages."""
