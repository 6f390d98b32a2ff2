"""Proofs that take minutes: what the product concludes, compared with a truth it never saw. Results are kept in docs/validation.md."""
