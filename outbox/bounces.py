"""Mail that came back: read from the mailbox, or told by the provider's webhook.

A bounce is believed only where it names a Message-ID of ours. Those are sealed with our secret, so that only somebody
who had the mail before them can know one; and it stops mail only to the address that this very mail went to.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage, Message

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop
from flufl.bounce import all_failures

from outbox.message import host
from outbox.models import Mail, Suppression
from outbox.services import suppress
from outbox.wording import one_line

LONGEST = Mail._meta.get_field("bounce").max_length
LATELY = timedelta(days=30)
COMPLAINT = gettext_noop("Its reader marked the mail as unwanted.")
NO_REASON = gettext_noop("The mail server gave no reason.")
# Of what is permanent, what says nothing about the address: mailbox full, too large, their system, content, policy.
NOT_THE_ADDRESS = re.compile(r"5\.(2\.[23]|3\.\d+|6\.\d+|7\.\d+)$")
# An enhanced status code (RFC 3463) in whatever a mail server says.
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True)
class Bounce:
    """What came back, of which mail, from which address; `is_final`: it is not tried again."""

    message_ids: frozenset[str]
    addresses: frozenset[str]
    reason: str
    is_final: bool = True
    is_address_dead: bool = False
    is_complaint: bool = False


@transaction.atomic
def note_bounce(bounce: Bounce) -> bool:
    """Write down what came back, and send nothing more to an address that is dead; False where no mail of ours is named."""
    mail = Mail.objects.select_for_update().filter(message_id__in=bounce.message_ids).first()
    if mail is None:
        return False
    reason = one_line(bounce.reason, longest=LONGEST)
    if bounce.is_final:
        Mail.objects.filter(pk=mail.pk, bounced_at=None).update(bounced_at=timezone.now(), bounce=reason)
    else:
        Mail.objects.filter(pk=mail.pk, bounced_at=None).update(bounce=reason)
    is_its_reader = mail.to.lower() in bounce.addresses
    if is_its_reader and (bounce.is_address_dead or bounce.is_complaint):
        suppress(mail.to, reason=reason)
    return True


def lately() -> int:
    """From how many addresses mail came back in the last weeks."""
    since = timezone.now() - LATELY
    return Mail.objects.filter(bounced_at__gte=since).order_by().values("to").distinct().count()


def suppression_of(person) -> Suppression | None:
    """Why nothing is sent to this person at the moment, if so."""
    return Suppression.objects.filter(address=person.email.lower()).first()


# --- From the mailbox -----------------------------------------------------------------------------


def take(message: EmailMessage) -> bool:
    """Whether this was a bounce of ours, a complaint, or an out-of-office note, which needs nobody."""
    bounce = read_complaint(message) or read_status(message) or read_words(message)
    if bounce:
        return note_bounce(bounce)
    return is_out_of_office(message)


def read_status(message: Message) -> Bounce | None:
    """A delivery status notification (RFC 3464)."""
    ours = ours_in(message)
    for recipient in _recipients(message):
        addresses = frozenset(filter(None, (_address(recipient[name]) for name in ADDRESSED)))
        action, status = str(recipient["Action"] or "").lower(), str(recipient["Status"] or "").strip()
        said = _said(recipient["Diagnostic-Code"])
        if action in {"failed", "delayed"} and ours:
            return Bounce(
                message_ids=ours,
                addresses=addresses,
                reason=said or status or NO_REASON,
                is_final=action == "failed",
                is_address_dead=action == "failed" and says_nobody(_precise(status, said)),
            )
    return None


ADDRESSED = ("Final-Recipient", "Original-Recipient")


def _recipients(message: Message) -> list[Message]:
    """The blocks of each delivery-status part that tell of a recipient; the first tells of the mail server."""
    found = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    blocks = [block for part in found for block in part.get_payload() if isinstance(block, Message)]
    return [block for block in blocks if block["Action"]]


def _precise(status: str, said: str) -> str:
    """Many servers put 5.0.0 into the field and the truth into the sentence."""
    told = STATUS.search(said)
    return told[1] if told and (not status or status.endswith(".0.0")) else status


def says_nobody(status: str) -> bool:
    return status.startswith("5.") and not NOT_THE_ADDRESS.match(status)


def read_words(message: Message) -> Bounce | None:
    """The formats that came before, and that some servers still speak."""
    ours = ours_in(message)
    if not ours:
        return None
    later, never = (frozenset(_text(one).lower() for one in found) for found in all_failures(message))
    if not later and not never:
        return None
    said = _said(_first_words(message))
    status = STATUS.search(said)
    return Bounce(
        message_ids=ours,
        addresses=never or later,
        reason=said or NO_REASON,
        is_final=bool(never),
        is_address_dead=bool(never) and says_nobody(status[1] if status else "5.0.0"),
    )


def read_complaint(message: Message) -> Bounce | None:
    """A feedback report (RFC 5965): somebody pressed "this is spam"."""
    parts = [part for part in message.walk() if part.get_content_type() == "message/feedback-report"]
    if not parts or not (ours := ours_in(message)):
        return None
    sent = Mail.objects.filter(message_id__in=ours).values_list("to", flat=True)
    return Bounce(
        message_ids=ours,
        # Providers take the address out of these reports; the mail itself says whose it was.
        addresses=frozenset(address.lower() for address in sent if address),
        reason=COMPLAINT,
        is_complaint=True,
    )


def is_out_of_office(message: Message) -> bool:
    """Mail servers mark their reports in the same way; a calendar's answer is for whoever keeps calendars."""
    is_note = str(message["Auto-Submitted"] or "").lower().startswith("auto-replied")
    parts = {part.get_content_type() for part in message.walk()}
    return is_note and not parts & {"multipart/report", "message/delivery-status", "text/calendar"}


def ours_in(message: Message) -> frozenset[str]:
    return ours_in_text(message.as_bytes().decode("utf-8", "replace"))


def ours_in_text(text: str) -> frozenset[str]:
    """Each Message-ID that looks like ours; whether it is one, the database knows."""
    found = re.findall(rf"[0-9a-f]{{40}}@{re.escape(host())}", text)
    return frozenset(f"<{one}>" for one in found)


def _address(field) -> str:
    """ "rfc822; Sam@Example.org" is sam@example.org."""
    return str(field or "").rpartition(";")[2].strip(" <>").lower()


def _said(field) -> str:
    kind, _, words = str(field or "").partition(";")
    return " ".join(
        (words if kind.strip().lower() in {"smtp", "x-unix", "x-postfix"} else str(field or "")).split()
    )


def _first_words(message: Message) -> str:
    body = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    content = body.get_payload(decode=True) if body else b""
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    return next((line for line in lines if STATUS.search(line)), "")


def _text(address) -> str:
    return address.decode("ascii", "replace") if isinstance(address, bytes) else str(address)


# --- From the provider's webhook ------------------------------------------------------------------


def heed(sender, event, esp_name, **more) -> None:
    """What django-anymail made of one event; it has checked the secret before."""
    if event.event_type not in {"bounced", "complained", "deferred"}:
        return
    told = f"{event.message_id} {json.dumps(event.esp_event, default=str)}"
    said = str(event.mta_response or event.description or "")
    is_bounce = event.event_type == "bounced"
    note_bounce(
        Bounce(
            message_ids=ours_in_text(told),
            addresses=frozenset([str(event.recipient or "").lower()]),
            reason=COMPLAINT if event.event_type == "complained" else said or NO_REASON,
            is_final=event.event_type != "deferred",
            is_address_dead=is_bounce
            and event.reject_reason in {"bounced", "invalid"}
            and says_nobody(_status_of_event(said, told)),
            is_complaint=event.event_type == "complained",
        )
    )


def _status_of_event(said: str, told: str) -> str:
    """As precise as the event is; where it has no code, providers call it hard or permanent."""
    if status := STATUS.search(said):
        return status[1]
    if code := re.search(r"\b([45])\d\d\b", said):
        return f"{code[1]}.0.0"
    return "5.0.0" if re.search(r"hard|permanent", told, re.IGNORECASE) else ""
