"""The weakest link, and since when a step is another."""
