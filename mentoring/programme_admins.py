"""The rights of whoever runs the programme without being able to do everything: a group that ships with it.

Not theirs: naming other admins, groups of rights, what opens private words in an emergency, deleting people.
"""

from collections.abc import Iterator

from django.contrib.auth.models import Group, Permission
from django.db import transaction

NAME = "Programme admins"

LOOK, CHANGE, KEEP = ["view"], ["view", "change"], ["view", "add", "change"]
EVERYTHING = ["view", "add", "change", "delete"]

RIGHTS = {
    "matching": {
        "programme": KEEP,
        "cohort": KEEP,
        "stream": EVERYTHING,
        "application": CHANGE,
        "applicationnote": EVERYTHING,
        "sheet": EVERYTHING,
        "matchrun": CHANGE,
        "grouprun": CHANGE,
        "mentorship": CHANGE,
        "choice": CHANGE,
    },
    "meetings": {"session": CHANGE, "series": CHANGE},
    "outbox": {
        "mail": CHANGE,
        "letter": KEEP,
        "pause": CHANGE,
        "wording": CHANGE,
        "suppression": ["view", "delete"],
    },
    "accounts": {
        "person": CHANGE,
        "organisation": EVERYTHING,
        "role": KEEP,
        "discipline": KEEP,
        "topic": KEEP,
        "situation": KEEP,
        "sector": KEEP,
        "notice": LOOK,
        "noticeversion": LOOK,
    },
}


class UnknownRight(LookupError):
    """The list above names a right that no model has."""


@transaction.atomic
def keep_programme_admins() -> Group:
    """Make the group, or add what this version brings. What an admin gave it besides stays. Raises UnknownRight."""
    group, _made = Group.objects.get_or_create(name=NAME)
    group.permissions.add(*rights())
    return group


def rights() -> Iterator[Permission]:
    found = {
        (one.content_type.app_label, one.codename): one
        for one in Permission.objects.filter(content_type__app_label__in=RIGHTS).select_related(
            "content_type"
        )
    }
    for app, codename in named():
        if (app, codename) not in found:
            raise UnknownRight(f"{app}.{codename}")
        yield found[app, codename]


def named() -> Iterator[tuple[str, str]]:
    for app, models in RIGHTS.items():
        for model, verbs in models.items():
            yield from ((app, f"{verb}_{model}") for verb in verbs)
