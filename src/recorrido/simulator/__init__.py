"""A retailer whose truth is known: what each planted fault costs can be read, not guessed."""
