"""A sentence for each thing that can be done: about one, and about many."""

from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext_lazy

NOBODY = lazy("somebody who has left")


def kind_of(deed: str) -> str:
    """The sentence that tells a deed: `application.state.submitted>accepted` is `application.>accepted`."""
    model, what, *detail = deed.split(".", 2)
    detail = detail[0] if detail else ""
    if what in ("insert", "delete", "changed"):
        kinds = (f"{model}.{what}.{detail}", f"{model}.{what}")
    else:
        kinds = (f"{model}.{detail}", f"{model}.>{detail.partition('>')[2]}")
    return next((kind for kind in kinds if kind in SENTENCES), f"{model}.changed")


SENTENCES = {
    # --- applications ---
    "application.insert": ngettext_lazy(
        "%(who)s entered the application of %(what)s", "%(who)s entered %(count)s applications", "count"
    ),
    "application.>draft": ngettext_lazy(
        "%(who)s opened the application of %(what)s again", "%(who)s opened %(count)s applications again", "count"
    ),
    "application.>submitted": ngettext_lazy(
        "%(who)s put the application of %(what)s among those to decide",
        "%(who)s put %(count)s applications among those to decide",
        "count",
    ),
    "application.>accepted": ngettext_lazy(
        "%(who)s accepted the application of %(what)s", "%(who)s accepted %(count)s applications", "count"
    ),
    "application.>waiting": ngettext_lazy(
        "%(who)s put the application of %(what)s on the waiting list",
        "%(who)s put %(count)s applications on the waiting list",
        "count",
    ),
    "application.>declined": ngettext_lazy(
        "%(who)s declined the application of %(what)s", "%(who)s declined %(count)s applications", "count"
    ),
    "application.>withdrawn": ngettext_lazy(
        "%(who)s withdrew the application of %(what)s", "%(who)s withdrew %(count)s applications", "count"
    ),
    "application.changed": ngettext_lazy(
        "%(who)s changed the application of %(what)s", "%(who)s changed %(count)s applications", "count"
    ),
    "application.changed.taken": ngettext_lazy(
        "The places taken of %(what)s changed", "The places taken of %(count)s mentors changed", "count"
    ),
    "application.delete": ngettext_lazy(
        "%(who)s deleted the application of %(what)s", "%(who)s deleted %(count)s applications", "count"
    ),
    # --- match runs ---
    "run.insert": ngettext_lazy(
        "%(who)s started match run %(what)s", "%(who)s started %(count)s match runs", "count"
    ),
    "run.>queued": ngettext_lazy(
        "%(who)s put match run %(what)s in the queue", "%(who)s put %(count)s match runs in the queue", "count"
    ),
    "run.>running": ngettext_lazy(
        "%(who)s began to compute match run %(what)s", "%(who)s began to compute %(count)s match runs", "count"
    ),
    "run.>stopping": ngettext_lazy(
        "%(who)s asked match run %(what)s to stop", "%(who)s asked %(count)s match runs to stop", "count"
    ),
    "run.>stopped": ngettext_lazy(
        "%(who)s stopped match run %(what)s", "%(who)s stopped %(count)s match runs", "count"
    ),
    "run.>failed": ngettext_lazy(
        "Match run %(what)s failed", "%(count)s match runs failed", "count"
    ),
    "run.>done": ngettext_lazy(
        "Match run %(what)s was computed and is ready to review",
        "%(count)s match runs were computed and are ready to review",
        "count",
    ),
    "run.>published": ngettext_lazy(
        "%(who)s published match run %(what)s", "%(who)s published %(count)s match runs", "count"
    ),
    "run.published>done": ngettext_lazy(
        "%(who)s took back the publication of match run %(what)s",
        "%(who)s took back the publication of %(count)s match runs",
        "count",
    ),
    "run.changed": ngettext_lazy(
        "%(who)s changed match run %(what)s by hand", "%(who)s changed %(count)s match runs by hand", "count"
    ),
    "run.delete": ngettext_lazy(
        "%(who)s deleted match run %(what)s", "%(who)s deleted %(count)s match runs", "count"
    ),
    "ruling.insert.lock": ngettext_lazy(
        "%(who)s locked the pair %(what)s", "%(who)s locked %(count)s pairs", "count"
    ),
    "ruling.insert.forbid": ngettext_lazy(
        "%(who)s forbade the pair %(what)s", "%(who)s forbade %(count)s pairs", "count"
    ),
    "ruling.changed": ngettext_lazy(
        "%(who)s changed what was decided about the pair %(what)s",
        "%(who)s changed what was decided about %(count)s pairs",
        "count",
    ),
    "ruling.delete": ngettext_lazy(
        "%(who)s left the pair %(what)s open again", "%(who)s left %(count)s pairs open again", "count"
    ),
    # --- runs for groups ---
    "group_run.insert": ngettext_lazy(
        "%(who)s had groups looked for (run %(what)s)", "%(who)s had groups looked for %(count)s times", "count"
    ),
    "group_run.>done": ngettext_lazy(
        "Group run %(what)s was computed and is ready to review",
        "%(count)s group runs were computed and are ready to review",
        "count",
    ),
    "group_run.>failed": ngettext_lazy(
        "Group run %(what)s failed", "%(count)s group runs failed", "count"
    ),
    "group_run.>published": ngettext_lazy(
        "%(who)s formed the groups of group run %(what)s",
        "%(who)s formed the groups of %(count)s group runs",
        "count",
    ),
    "group_run.changed": ngettext_lazy(
        "%(who)s changed group run %(what)s", "%(who)s changed %(count)s group runs", "count"
    ),
    "group_run.delete": ngettext_lazy(
        "%(who)s deleted group run %(what)s", "%(who)s deleted %(count)s group runs", "count"
    ),
    # --- mentorships ---
    "mentorship.insert": ngettext_lazy(
        "%(who)s made the match %(what)s", "%(who)s made %(count)s matches", "count"
    ),
    "mentorship.insert.forming": ngettext_lazy(
        "%(who)s formed the group %(what)s", "%(who)s formed %(count)s groups", "count"
    ),
    "mentorship.insert.held": ngettext_lazy(
        "%(who)s published the match %(what)s", "%(who)s published %(count)s matches", "count"
    ),
    "mentorship.>held": ngettext_lazy(
        "%(who)s published the group %(what)s", "%(who)s published %(count)s groups", "count"
    ),
    "mentorship.>introduced": ngettext_lazy(
        "%(who)s introduced %(what)s", "%(who)s introduced the people of %(count)s mentorships", "count"
    ),
    "mentorship.>ended": ngettext_lazy(
        "%(who)s ended the mentorship %(what)s", "%(who)s ended %(count)s mentorships", "count"
    ),
    "mentorship.>cancelled": ngettext_lazy(
        "%(who)s called off %(what)s", "%(who)s called off %(count)s matches", "count"
    ),
    "mentorship.changed": ngettext_lazy(
        "%(who)s changed the mentorship %(what)s", "%(who)s changed %(count)s mentorships", "count"
    ),
    "mentorship.delete": ngettext_lazy(
        "%(who)s deleted the mentorship %(what)s", "%(who)s deleted %(count)s mentorships", "count"
    ),
    "member.insert": ngettext_lazy(
        "%(who)s put %(what)s in %(where)s", "%(who)s gave %(count)s people a place in mentorships", "count"
    ),
    "member.changed": ngettext_lazy(
        "%(who)s changed the place of %(what)s in %(where)s",
        "%(who)s changed the places of %(count)s people in mentorships",
        "count",
    ),
    "member.delete": ngettext_lazy(
        "%(who)s took %(what)s out of %(where)s", "%(who)s took %(count)s people out of mentorships", "count"
    ),
    # --- cohorts, streams, programmes ---
    "cohort.insert": ngettext_lazy("%(who)s made this cohort", "%(who)s made %(count)s cohorts", "count"),
    "cohort.changed": ngettext_lazy(
        "%(who)s changed the settings of the cohort",
        "%(who)s changed the settings of the cohort %(count)s times",
        "count",
    ),
    "cohort.delete": ngettext_lazy("%(who)s deleted the cohort", "%(who)s deleted %(count)s cohorts", "count"),
    "stream.insert": ngettext_lazy("%(who)s added a stream", "%(who)s added %(count)s streams", "count"),
    "stream.changed": ngettext_lazy("%(who)s changed a stream", "%(who)s changed %(count)s streams", "count"),
    "stream.delete": ngettext_lazy("%(who)s deleted a stream", "%(who)s deleted %(count)s streams", "count"),
    "programme.insert": ngettext_lazy(
        "%(who)s made a programme", "%(who)s made %(count)s programmes", "count"
    ),
    "programme.changed": ngettext_lazy(
        "%(who)s changed the programme", "%(who)s changed %(count)s programmes", "count"
    ),
    "programme.delete": ngettext_lazy(
        "%(who)s deleted a programme", "%(who)s deleted %(count)s programmes", "count"
    ),
}  # fmt: skip

# Only a person does these to their own application, so it is told of them without a name having been kept.
BY_THEMSELVES = {
    "application.insert": ngettext_lazy(
        "%(what)s began an application", "%(count)s applications were begun", "count"
    ),
    "application.>draft": ngettext_lazy(
        "%(what)s opened their application again", "%(count)s people opened their applications again", "count"
    ),
    "application.>submitted": ngettext_lazy(
        "%(what)s sent their application", "%(count)s people sent their applications", "count"
    ),
    "application.>withdrawn": ngettext_lazy(
        "%(what)s withdrew their application", "%(count)s people withdrew their applications", "count"
    ),
    "application.>accepted": ngettext_lazy(
        "%(what)s took their application up again, accepted as it was",
        "%(count)s people took their applications up again, accepted as they were",
        "count",
    ),
    "application.>waiting": ngettext_lazy(
        "%(what)s took their application up again, on the waiting list as it was",
        "%(count)s people took their applications up again, on the waiting list as they were",
        "count",
    ),
}
