"""What can go wrong with persons and identifiers."""

from __future__ import annotations

from django.utils.translation import gettext as _


class PeopleError(Exception):
    """Base of this module's errors; ``code`` is for machines, the text for people."""

    code = "people"


class UnreadableIdentifier(PeopleError):
    """A value that cannot be an identifier of its kind. Catch it where a message comes in."""

    code = "unreadable_identifier"

    def __init__(self, kind: str, value: object, why: str) -> None:
        words = {"kind": kind, "value": str(value)[:80], "why": why}
        super().__init__(_("%(kind)s “%(value)s”: %(why)s.") % words)
        self.kind = kind
        self.value = value
        self.why = why


class UnknownPerson(PeopleError):
    """No person ever had this id."""

    code = "unknown_person"

    def __init__(self, person_id: int) -> None:
        super().__init__(_("No person has, or ever had, the id %d.") % person_id)


class BlockedIdentifier(PeopleError):
    """A value that identifies nobody. Catch it where a message comes in, and keep the value aside."""

    code = "blocked_identifier"

    def __init__(self, kind: str, value: object) -> None:
        words = {"kind": kind, "value": str(value)[:80]}
        super().__init__(_("%(kind)s “%(value)s” identifies nobody: it is a blocked value.") % words)
        self.kind = kind
        self.value = value


class UnknownLink(PeopleError):
    """No link has this id."""

    code = "unknown_link"

    def __init__(self, link_id: int) -> None:
        super().__init__(_("No link has the id %d.") % link_id)


class SamePerson(PeopleError):
    """What is to be joined, or refused, is one person already."""

    code = "same_person"

    def __init__(self) -> None:
        super().__init__(
            _("These are one person already. Separate them on the person's page if they are not.")
        )


class BlockedLeaf(PeopleError):
    """A blocked value joins nobody."""

    code = "blocked_leaf"

    def __init__(self) -> None:
        super().__init__(_("One of the two is a blocked value, which joins nobody. Allow the value first."))


class NothingToUndo(PeopleError):
    """No merge has this id."""

    code = "nothing_to_undo"

    def __init__(self) -> None:
        super().__init__(_("There is no such merge to take back."))


class UnknownIdentifier(PeopleError):
    """No identifier has this id."""

    code = "unknown_identifier"

    def __init__(self, identifier_id: int) -> None:
        super().__init__(_("No identifier has the id %d.") % identifier_id)


class BadEnd(PeopleError):
    """An identifier that cannot end, or not at that time, or cannot come back."""

    code = "bad_end"

    def __init__(self) -> None:
        super().__init__(
            _(
                "An identifier ends once, not in the future; and it comes back only while nobody else uses its value."
            )
        )


class AlreadyDecided(PeopleError):
    """Somebody else was quicker."""

    code = "already_decided"

    def __init__(self) -> None:
        super().__init__(_("Somebody has decided this already."))


class BadRule(PeopleError):
    """A rule or a blocked value that makes no sense; ``field`` says what of it."""

    code = "bad_rule"

    def __init__(self, field: str) -> None:
        sentences = {
            "kind": _("A kind is a short word in lower case, as in loyalty or cl.rut."),
            "limit": _("A limit is a whole number from 1 to 10,000, or empty for none."),
            "pattern": _("Write a value of at most 255 characters; * alone would block everything."),
        }
        super().__init__(sentences[field])
        self.field = field


class UnknownOrganization(PeopleError):
    """No organization has this id."""

    code = "unknown_organization"

    def __init__(self, organization_id: int) -> None:
        super().__init__(_("No organization has the id %d.") % organization_id)


class UnknownContact(PeopleError):
    """No contact has this id."""

    code = "unknown_contact"

    def __init__(self, contact_id: int) -> None:
        super().__init__(_("No contact has the id %d.") % contact_id)
