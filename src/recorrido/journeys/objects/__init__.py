"""The object map of the ledger: orders, shipments, returns and cases at once, worked out aside and kept by log version."""
