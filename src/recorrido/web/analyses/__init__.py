"""What pages of stored analyses share: the state of one, asking for one, and the wait for it."""
