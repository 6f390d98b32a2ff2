"""What can go wrong with the ledger."""

from __future__ import annotations


class LedgerError(Exception):
    """Base of this module's errors; ``code`` is for machines, the text for people."""

    code = "ledger"


class GroupTooLarge(LedgerError):
    """More events in one transaction than the ledger takes; ``record_many`` cuts them."""

    code = "group_too_large"

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            f"{count} events in one transaction; the ledger takes at most {most}. Use record_many."
        )


class RefusedEvent(LedgerError):
    """One event that cannot be understood. Caught at the door: the event goes to quarantine."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class AnotherStream(LedgerError):
    """A consumer's name belongs to one stream."""

    code = "another_stream"

    def __init__(self, consumer: str, stream: str) -> None:
        super().__init__(
            f"The consumer {consumer} follows the stream {stream}; give this one a name of its own."
        )


class BadSchema(LedgerError):
    """A text that is no schema; the sentence says where."""

    code = "bad_schema"


class BadSteps(LedgerError):
    """Mending steps, or an edited event, that are not understood; the sentence names the line or the field."""

    code = "bad_steps"


class BadPosition(LedgerError):
    """A place that no consumer can go on from; the sentence says which there are."""

    code = "bad_position"
