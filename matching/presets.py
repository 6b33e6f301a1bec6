"""Ready-made policies: what an admin may choose instead of weighing everything up alone.

A preset sets the weights of a pair and nothing else: whether a pair needs something in common, and what a mentee's
own choice of mentors is worth, stay as the cohort has them.
"""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matching.engine.policy import Policy
from matching.models import Cohort, MatchRun

BALANCED = "balanced"
CROSS_DISCIPLINE = "cross_discipline"
BRIDGE = "bridge"
HOURS = "hours"
OWN = ""
OF_THE_COHORT = ("has_floor", "choice", "situation")


@dataclass(frozen=True)
class Preset:
    """policy: its weights. sentence: what it does, for whoever chooses."""

    key: str
    name: Promise
    sentence: Promise
    policy: Policy


PRESETS = {
    preset.key: preset
    for preset in (
        Preset(
            BALANCED,
            _("Balanced"),
            _(
                "Needs and the role that a mentee is growing into count most. "
                "Disciplines, hours and the rest count as each mentee wishes."
            ),
            Policy(),
        ),
        Preset(
            CROSS_DISCIPLINE,
            _("Across disciplines"),
            _(
                "Prefers a mentor of another discipline, also for mentees who do not mind. "
                "Who wished for their own discipline is still heard."
            ),
            Policy(
                needs=(16, 10, 6),
                role=20,
                adjacent_role=10,
                discipline=25,
                hours=(4, 6, 8),
                varying_hours=6,
                mixes_disciplines=True,
            ),
        ),
        Preset(
            BRIDGE,
            _("Between NHS and industry"),
            _(
                "Prefers a mentor from industry for mentees of the NHS and the other way round, "
                "also for mentees who did not ask for it."
            ),
            Policy(
                needs=(16, 10, 6),
                role=20,
                adjacent_role=10,
                discipline=5,
                hours=(4, 6, 8),
                varying_hours=6,
                bridge=25,
                bridges_all=True,
            ),
        ),
        Preset(
            HOURS,
            _("Hours in common"),
            _(
                "Prefers pairs who are free at the same times: each hour a week in common counts, up to three. "
                "For cohorts with shifts, or where meetings fell through before."
            ),
            Policy(
                needs=(16, 10, 6),
                role=18,
                adjacent_role=9,
                discipline=5,
                hours=(10, 20, 30),
                varying_hours=15,
            ),
        ),
    )
}


def policy_for(cohort: Cohort, preset: str) -> Policy:
    """The weights of a preset, or the cohort's own where none is named.

    Raises KeyError for a preset that there is not, ValueError where the cohort's own weights make no policy.
    """
    if preset == OWN:
        return Policy.from_dict(cohort.policy)
    kept = {name: cohort.policy[name] for name in OF_THE_COHORT if name in cohort.policy}
    return replace(PRESETS[preset].policy, **kept)


def name_of(preset: str) -> Promise | str:
    """What pages call a policy. One that this version does not know is shown by its key."""
    if preset == OWN:
        return _("This cohort's own weights")
    return PRESETS[preset].name if preset in PRESETS else preset


def name_for(run: MatchRun) -> Promise | str:
    """What pages call the policy of a run. A cohort that changed no weight has the balanced ones."""
    is_usual = run.preset == OWN and Policy.from_dict(run.policy) == Policy()
    return name_of(BALANCED if is_usual else run.preset)
