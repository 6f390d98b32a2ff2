"""The trial by kill -9: what is promised of the ledger, tried on the whole product (docs/chaos.md)."""
