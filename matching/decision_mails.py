"""What people would read if an admin decided so: how many in which language, and the words of one of each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from matching.mails_applications import context_of
from matching.models import Application
from outbox import queries
from outbox.rendering import Rendering, render


@dataclass(frozen=True)
class Batch:
    """Mails that say the same, but for whom they greet. `application` is the one that `mail` is rendered for."""

    language: str
    part: str
    count: int
    application: Application
    mail: Rendering


@dataclass(frozen=True)
class Preview:
    batches: list[Batch]
    # An admin holds this kind back: it is written now and leaves once they let it go.
    is_paused: bool
    # People to whose address nothing is sent: their mail came back before.
    out_of_reach: list[Application]


def preview(kind: str, applications: Iterable[Application]) -> Preview:
    """As each would be rendered if it left at this moment; nothing is stored or sent."""
    applications = list(applications)
    alike = defaultdict(list)
    for application in applications:
        alike[application.person.language, application.part, application.cohort_id].append(application)
    refused = queries.suppressed(application.person.email for application in applications)
    return Preview(
        [
            _batch(kind, language, part, alike[language, part, cohort])
            for language, part, cohort in sorted(alike)
        ],
        is_paused=kind in queries.paused_kinds(),
        out_of_reach=[each for each in applications if each.person.email.lower() in refused],
    )


def _batch(kind: str, language: str, part: str, applications: list[Application]) -> Batch:
    first = applications[0]
    mail = render(kind, context_of(first), person=first.person, language=language)
    return Batch(language, part, len(applications), first, mail)
