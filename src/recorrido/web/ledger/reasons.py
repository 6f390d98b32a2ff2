"""Why events are refused, in the reader's language, and what to do about each reason.

The code is stored with the event; the stored English detail stays beside it for whoever mends the sender.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Reason:
    title: Words
    advice: Words


_TOO_LONG = _("Shorten it at the sender. It is probably a value in the wrong field.")
_NOT_KEPT = _("Have the sender leave out control characters and broken letters, or edit them away here.")
_SENDER = _("Mend the sender: without it nobody knows what the event is. Then replay, or edit it here.")
_SAME_AGAIN = _("The message id is what keeps an event from being counted twice: the sender must give one.")

REASONS: dict[str, Reason] = {
    "missing_message_id": Reason(_("No message id"), _SAME_AGAIN),
    "long_message_id": Reason(_("Message id too long"), _TOO_LONG),
    "bad_message_id": Reason(_("Unreadable message id"), _NOT_KEPT),
    "missing_type": Reason(_("No event type"), _SENDER),
    "missing_event": Reason(_("No event type"), _SENDER),
    "unknown_type": Reason(
        _("Unknown kind of call"),
        _("The sender used a call that does not exist. Use track, page, screen, identify, group or alias."),
    ),
    "long_type": Reason(_("Event type too long"), _TOO_LONG),
    "bad_type": Reason(
        _("Unreadable event type"),
        _("A rule with the step “type …” gives these events a proper word."),
    ),
    "missing_at": Reason(_("No time"), _("Give the time of the event, with its zone, and replay.")),
    "missing_timestamp": Reason(_("No time"), _("Give the time of the event, with its zone, and replay.")),
    "unreadable_time": Reason(
        _("Unreadable time"),
        _("Write the time as 2026-03-01T15:00:00-03:00, or mend it with a rule: time at as …"),
    ),
    "time_without_zone": Reason(
        _("Time without a zone"),
        _("Say which zone the sender means, with a rule: zone America/Santiago. Then replay."),
    ),
    "absurd_time": Reason(
        _("Impossible time"), _("The sender's clock or date format is wrong. Correct the time and replay.")
    ),
    "future_time": Reason(
        _("Time in the future"),
        _(
            "The sender's clock is ahead, or the event is only planned. Replay when the time has come, or "
            "allow the source to be ahead, under Health."
        ),
    ),
    "unknown_channel": Reason(
        _("Unknown channel"), _("Use a known channel, or mend it with a rule: channel phone.")
    ),
    "nul_character": Reason(_("Forbidden character"), _NOT_KEPT),
    "bad_number": Reason(
        _("A value that is no number"),
        _("The sender calculated with missing values. Leave the property out."),
    ),
    "bad_properties": Reason(
        _("Unreadable properties"), _("Properties are names with values, in braces. Mend the sender.")
    ),
    "bad_traits": Reason(
        _("Unreadable traits"), _("Traits are names with values, in braces. Mend the sender.")
    ),
    "too_large": Reason(
        _("Event too large"), _("Send less in one event: files and long lists do not belong into it.")
    ),
    "too_deep": Reason(_("Properties nested too deep"), _("Send flatter properties.")),
    "bad_object": Reason(
        _("Unreadable object"), _("Kinds of objects are short words in lower case, such as order.")
    ),
    "missing_object_id": Reason(
        _("Object without a number"), _("Leave the object out, or give its number. Then replay.")
    ),
    "long_object_id": Reason(_("Object number too long"), _TOO_LONG),
    "bad_object_id": Reason(_("Unreadable object number"), _NOT_KEPT),
    "too_many_objects": Reason(_("Too many objects"), _("Split the event into several at the sender.")),
    "too_many_identifiers": Reason(
        _("Too many identifiers"), _("Split the event into several at the sender.")
    ),
    "attributes_of_nobody": Reason(
        _("Attributes without a person"), _("Give an identifier of the person, or leave the attributes out.")
    ),
    "missing_attribute_name": Reason(_("Attribute without a name"), _SENDER),
    "long_attribute_name": Reason(_("Attribute name too long"), _TOO_LONG),
    "bad_attribute_name": Reason(_("Unreadable attribute name"), _NOT_KEPT),
    "no_user_anon_id": Reason(
        _("Nobody named"), _("The call needs a userId or an anonymousId. Mend the sender.")
    ),
    "missing_group_id": Reason(_("No group named"), _("The call needs a groupId. Mend the sender.")),
    "missing_previous_id": Reason(
        _("No earlier id named"), _("The call needs a previousId. Mend the sender.")
    ),
    "invalid_json": Reason(
        _("No JSON"), _("The sender cut the text off, or wrote it by hand. Mend the sender.")
    ),
    "not_an_object": Reason(_("No event"), _("What was sent is no object with fields. Mend the sender.")),
    "not_mended": Reason(
        _("Not mended yet"),
        _(
            "What was not understood lies in the property $raw. Take out of it what is needed, then drop it: drop $raw."
        ),
    ),
    "malformed": Reason(
        _("Not the shape of an event"),
        _("A field has another kind of value than it should. Edit it, or mend the sender."),
    ),
    "schema_violation": Reason(
        _("Not as its schema says"),
        _("Mend the sender, edit the event, or change the schema of its type; then replay."),
    ),
    "rejected_by_database": Reason(
        _("Refused by the database"),
        _("A value cannot be kept, such as a number out of range. Edit it and replay."),
    ),
    "unexpected": Reason(
        _("Could not be written"),
        _("Replay it; if it is refused again, tell whoever runs this installation."),
    ),
}


def reason_of(code: str) -> Reason:
    """The words for a code; the code itself for one that is not known here."""
    return REASONS.get(
        code, Reason(code, _("Look at the technical detail; edit the event or mend the sender."))
    )
