"""What if: what can be changed in a journey log, and what a change would have made of its time. Both are stored analyses."""
