"""The first upload: a file brought through the browser, looked at, confirmed by a person, and imported by a mapping."""
