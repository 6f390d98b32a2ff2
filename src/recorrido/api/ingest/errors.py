"""What the open door answers when it does not take a request, and what it says of an item it does not understand."""

from __future__ import annotations


class Refusal(Exception):
    """The request is refused as a whole: an HTTP status, a code for machines, a sentence for people."""

    def __init__(self, status: int, code: str, sentence: str, *, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class NotUnderstood(Exception):
    """One item goes to quarantine: a code for machines, a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def malformed(sentence: str) -> Refusal:
    return Refusal(400, "invalid_json", sentence)


def too_large(sentence: str) -> Refusal:
    return Refusal(413, "too_large", sentence)


def unavailable(sentence: str, *, retry_after: int = 2) -> Refusal:
    """Nothing was recorded, or nobody knows: the client sends it again, and what is there counts as duplicate."""
    return Refusal(503, "unavailable", sentence, retry_after=retry_after)
