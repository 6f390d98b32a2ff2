"""What can go wrong with persons and identifiers."""

from __future__ import annotations


class PeopleError(Exception):
    """Base of this module's errors; ``code`` is for machines, the text for people."""

    code = "people"


class UnreadableIdentifier(PeopleError):
    """A value that cannot be an identifier of its kind. Catch it where a message comes in."""

    code = "unreadable_identifier"

    def __init__(self, kind: str, value: object, why: str) -> None:
        super().__init__(f"{kind} {str(value)[:80]!r} {why}.")
        self.kind = kind
        self.value = value


class UnknownPerson(PeopleError):
    """No person ever had this id."""

    code = "unknown_person"

    def __init__(self, person_id: int) -> None:
        super().__init__(f"No person has, or ever had, the id {person_id}.")
