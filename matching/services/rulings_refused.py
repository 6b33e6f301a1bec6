"""Why a decision about a pair cannot be taken. The text of each is a sentence that says what to do instead."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.errors import Refused
from matching.models import Application, MatchRun, Ruling


class NotOpenToRulings(Refused):
    """The run is published, or is not computed."""

    def __init__(self, run: MatchRun):
        if run.state == MatchRun.State.PUBLISHED:
            sentence = _(
                "This run is published, so its pairs stand. Undo the publication while it is on hold, or match "
                "one mentee again from their mentorship."
            )
        else:
            sentence = _("This run has no pairs to decide about: it is %(state)s. Start a new run.")
        super().__init__(sentence % {"state": run.get_state_display()})


class RunOutOfDate(Refused):
    def __init__(self, names: str):
        super().__init__(
            _(
                "The cohort has changed since this run: no longer to be matched here: %(names)s. Nothing was "
                "changed. Start a new run; it can keep what was locked and forbidden."
            )
            % {"names": names or _("somebody who left the programme")}
        )


class NotInThisRun(Refused):
    def __init__(self):
        super().__init__(
            _("This run does not know both of these people. Choose the pair from the pages of the run.")
        )


class ChangedMeanwhile(Refused):
    """Another admin was quicker; `sentences` says what each of them did."""

    def __init__(self, sentences: list[str]):
        told = " ".join(sentences) or _("Another admin changed this run.")
        super().__init__(_("%(what)s Nothing of yours was done. Look at what it costs now.") % {"what": told})


class DecidedAlready(Refused):
    def __init__(self, ruling: Ruling):
        sentences = {
            Ruling.Kind.LOCK: _("%(mentee)s and %(mentor)s are locked already. Nothing is left to do."),
            Ruling.Kind.FORBID: _("%(mentee)s and %(mentor)s are forbidden already. Nothing is left to do."),
        }
        super().__init__(sentences[ruling.kind] % pair_names(ruling))


class Contradicts(Refused):
    """A lock where the pair is forbidden, or the reverse."""

    def __init__(self, ruling: Ruling):
        sentences = {
            Ruling.Kind.LOCK: _("%(mentee)s is locked to %(mentor)s. Take that lock back first."),
            Ruling.Kind.FORBID: _(
                "%(mentee)s and %(mentor)s were forbidden by hand. Take that back first, then they can meet."
            ),
        }
        super().__init__(sentences[ruling.kind] % pair_names(ruling))


class TakenBackAlready(Refused):
    def __init__(self):
        super().__init__(_("This decision has been taken back already. The run stands without it."))


class RulesForbid(Refused):
    """Which rule is never said: some of them protect somebody."""

    def __init__(self, mentee: Application, mentor: Application):
        super().__init__(
            _("%(mentor)s is not among the mentors whom %(mentee)s can meet. Choose one of those listed.")
            % {"mentee": mentee.person, "mentor": mentor.person}
        )


class NoPlaceLeft(Refused):
    def __init__(self, mentor: Application, places: int, locked: str):
        if not places:
            sentence = _("%(mentor)s has no place in this run. Choose somebody else.")
        else:
            sentence = ngettext(
                "The one place of %(mentor)s is locked for %(locked)s. Take that lock back first.",
                "All %(n)s places of %(mentor)s are locked: for %(locked)s. Take one of these locks back first.",
                places,
            )
        super().__init__(sentence % {"mentor": mentor.person, "n": places, "locked": locked})


class NothingToSwap(Refused):
    def __init__(self):
        super().__init__(
            _("A swap needs two mentees who each have a mentor, and not the same one. Choose another mentee.")
        )


class OwnPair(Refused):
    def __init__(self):
        super().__init__(_("You are one of these people. Ask a colleague to decide about this pair."))


def pair_names(ruling: Ruling) -> dict:
    return {"mentee": ruling.mentee.person, "mentor": ruling.mentor.person}
