"""What an admin should know before publishing, in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.queries.publishing import Findings

MOST_NAMES = 5


@dataclass(frozen=True)
class Remark:
    """`stops`: nothing can be published before this is settled."""

    sentence: str
    advice: str
    stops: bool = False


def sentences_of(findings: Findings) -> list[Remark]:
    return [*stopping(findings), *worth_a_look(findings)]


def stopping(findings: Findings) -> Iterator[Remark]:
    again = _("Run the matching again, or mend it on the review page.")
    if findings.gone:
        yield Remark(
            _("No longer taking part: %(names)s.") % {"names": names(findings.gone)}, again, stops=True
        )
    if findings.matched:
        yield Remark(
            _("Matched since this run: %(names)s.") % {"names": names(findings.matched)}, again, stops=True
        )
    if findings.lacking:
        yield Remark(
            _("Fewer places than this run counts on: %(names)s.") % {"names": names(findings.lacking)},
            again,
            stops=True,
        )


def worth_a_look(findings: Findings) -> Iterator[Remark]:
    if findings.left_out:
        yield Remark(
            ngettext(
                "%(count)s pair would be left out: since the run somebody said that it should be somebody else.",
                "%(count)s pairs would be left out: since the run somebody said that it should be somebody else.",
                findings.left_out,
            )
            % {"count": findings.left_out},
            _("Those mentees then stand on the page of repairs."),
        )
    if findings.bounced:
        yield Remark(
            _("Mail to these people came back, so nothing more is sent to them: %(names)s.")
            % {"names": names(findings.bounced)},
            _("Ask them for another address first, or they will not hear of their match."),
        )
    if findings.not_agreed:
        yield Remark(
            _("Not yet agreed to what is confidential: %(names)s.") % {"names": names(findings.not_agreed)},
            _("They came by a sheet. You can publish; they are asked when they first sign in."),
        )
    if findings.language_unknown:
        yield Remark(
            _("Nobody knows yet in which language these people read mail: %(names)s.")
            % {"names": names(findings.language_unknown)},
            _("They get theirs in the language of their account, English unless somebody changed it."),
        )


def names(found: list[str]) -> str:
    named, others = found[:MOST_NAMES], len(found[MOST_NAMES:])
    if others:
        named = [
            *named,
            ngettext("%(count)s other person", "%(count)s other people", others) % {"count": others},
        ]
    return get_text_list(named, _("and"))
