"""What a file seems to be: guesses with their reasons, for a person to confirm. Nothing here is ever applied by itself."""
