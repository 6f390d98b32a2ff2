"""The open door: events over HTTP, in the form the Segment and RudderStack libraries send.

``application`` routes and answers, ``bodies`` and ``json_text`` read, ``wire`` says what each item means,
``committing`` writes everything that waits in one transaction. See docs/api-ingest.md.
"""
