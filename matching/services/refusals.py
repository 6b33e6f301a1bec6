"""Why something asked of an application cannot be done. The text of each is a sentence for whoever asked."""

from django.utils import formats
from django.utils.translation import gettext as _

from matching.errors import Refused
from matching.models import Application
from matching.steps import Step


class CohortClosed(Refused):
    def __init__(self, cohort):
        if cohort.has_closed:
            sentence = _("Applications for %(cohort)s closed on %(day)s.")
            day = cohort.closes_at
        else:
            sentence = _("Applications for %(cohort)s open on %(day)s.")
            day = cohort.opens_at
        super().__init__(sentence % {"cohort": cohort, "day": formats.date_format(day, "DATE_FORMAT")})


class NotEditable(Refused):
    def __init__(self, application: Application):
        state = application.get_state_display()
        super().__init__(
            _("This application is %(state)s, so this part can no longer be changed.") % {"state": state}
        )


class Incomplete(Refused):
    """Carries the steps that still need an answer."""

    def __init__(self, missing: list[Step]):
        self.missing = missing
        super().__init__(" ".join(str(step.missing) for step in missing))


class NoticeChanged(Refused):
    def __init__(self):
        super().__init__(_("This page was updated while you read it. Please read it again before you agree."))


class HasMentorship(Refused):
    def __init__(self, application: Application):
        super().__init__(
            _(
                "%(person)s is in a mentorship of %(cohort)s. End the mentorship first, then change the application."
            )
            % {"person": application.person, "cohort": application.cohort}
        )


class OwnApplication(Refused):
    def __init__(self):
        super().__init__(
            _("An admin never decides on their own application. Ask a colleague to decide on it.")
        )


class DecidedMeanwhile(Refused):
    """Somebody else was first, or the application was already decided on."""

    def __init__(self, application: Application):
        names = {
            "person": application.person,
            "state": application.get_state_display(),
            "admin": application.decided_by,
        }
        if application.state == Application.State.DRAFT:
            sentence = _("The application of %(person)s has not been sent yet. It was left as it is.")
        elif application.decided_by_id:
            sentence = _(
                "The application of %(person)s is %(state)s, decided by %(admin)s. It was left as it is."
            )
        else:
            sentence = _("The application of %(person)s is %(state)s. It was left as it is.")
        super().__init__(sentence % names)


class TooFewPlaces(Refused):
    def __init__(self, application: Application):
        super().__init__(
            _("%(person)s is matched with %(taken)s already, so the places cannot be fewer than that.")
            % {"person": application.person, "taken": application.taken}
        )


class NotOpen(Refused):
    """A request from a mentee to a mentor was answered, taken back or closed."""


class NoPlaceLeft(Refused):
    def __init__(self):
        super().__init__(
            _(
                "All your places are taken now, so this could not be done. Whoever asked is told gently; nothing "
                "is left for you to do."
            )
        )
