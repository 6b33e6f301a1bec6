"""Which columns are remembered. Named one by one, so that a new column is not remembered by accident.

Never here: who said "not this person" (`declined_at`) and who left first (`left_at`), the words of a turn, notes,
needs, and what a worker writes of a run twice a second. A change here needs a migration that installs it: see 0005.
"""

from matching.history.sql import Tracked

TRACKED = [
    Tracked("programme", "matching_programme", ["slug", "name_en", "name_fr", "contact"]),
    Tracked(
        "cohort",
        "matching_cohort",
        [
            "programme_id", "slug", "name_en", "name_fr", "opens_at", "closes_at", "starts_on", "ends_on",
            "hold_days", "policy", "group_mentees_least", "group_mentees_most", "group_cofacilitators",
            "group_mixes_employers", "lets_mentees_choose",
        ],
        cohort="{row}.id",
    ),
    Tracked("stream", "matching_stream", ["slug", "name_en", "name_fr"], cohort="{row}.cohort_id"),
    Tracked(
        "application",
        "matching_application",
        ["part", "state", "stream_id", "capacity", "taken", "is_floor_lifted", "decided_by_id"],
        telling="state",
        cohort="{row}.cohort_id",
        application="id",
    ),
    Tracked(
        "run",
        "matching_matchrun",
        ["state", "preset", "is_afresh", "version", "published_at"],
        telling="state",
        cohort="{row}.cohort_id",
        run="id",
    ),
    Tracked(
        "ruling",
        "matching_ruling",
        ["kind"],
        telling="kind",
        cohort="(SELECT cohort_id FROM matching_matchrun WHERE id = {row}.run_id)",
        application="mentee_id",
        mentor="mentor_id",
        run="run_id",
    ),
    Tracked(
        "group_run", "matching_grouprun", ["state", "stream_id", "version"],
        telling="state",
        cohort="{row}.cohort_id",
    ),
    Tracked(
        "mentorship",
        "matching_mentorship",
        [
            "kind", "name", "state", "stream_id", "slot", "hold_ends_at", "paused_at", "paused_until", "ends_on",
            "follows_id",
        ],
        telling="state",
        cohort="{row}.cohort_id",
        mentorship="id",
        run="run_id",
    ),
    Tracked(
        "member",
        "matching_member",
        ["part", "rank"],
        telling="part",
        cohort="{row}.cohort_id",
        application="application_id",
        mentorship="mentorship_id",
    ),
]  # fmt: skip
TABLES = [each.table for each in TRACKED]
