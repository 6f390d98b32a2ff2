"""Which earlier attributes go with a bad outcome once what else differs is taken into account."""
