"""The events of the ledger on a shared folder or in an object store, for clusters and other programs; kept up to date."""
