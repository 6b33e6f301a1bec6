"""One programme of `benchmarks.admin`, in the programme's own environment.

`python -m benchmarks.admin_pages fill MENTEES MENTORS`, then `python -m benchmarks.admin_pages ask TIMES FILE`.
"""

import dataclasses
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import URLPattern, URLResolver, get_resolver  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from accounts.services.notices import load_notices  # noqa: E402
from demo.people import DemoPerson, draw_cohort  # noqa: E402
from demo.services import create_cohort, create_programme, load_organisations, write_people  # noqa: E402
from matching.models import Application, ApplicationNote, Choice, Cohort, MatchRun, Mentorship  # noqa: E402
from matching.services.introductions import introduce_due  # noqa: E402
from matching.services.publishing import publish_run  # noqa: E402
from matching.services.runs import compute_run, start_run  # noqa: E402

ADMIN = "admin@example.org"
# What an argument of an address stands for, where its name says it.
NAMED = {
    "cohort": Cohort,
    "stream": apps.get_model("matching", "Stream"),
    "run": MatchRun,
    "application": Application,
    "mentee": Application,
    "mentorship": Mentorship,
    "session": apps.get_model("meetings", "Session"),
}
ONE_ITSELF = {"pk", "object_id"}
# Pages of a row that their address does not name.
BY_ROUTE = {
    "admin/matching/application/note/<int:pk>/": ApplicationNote.objects.all(),
    "admin/matching/cohort/choices/<int:pk>/close/": Choice.objects.all(),
    "admin/matching/mentorship/<int:pk>/publish/": Mentorship.objects.filter(state="forming"),
    "admin/matching/mentorship/rematch/mentor/<int:pk>/": Application.objects.filter(
        part="mentor", cohort__slug="summer", taken__gt=0
    ),
}
# Not pages: they answer with a file, or with a part of a page.
NO_PAGES = re.compile(r"\.csv$|/progress/$|/export/|/autocomplete/|/jsi18n/|/logout/|/r/")


def fill(mentees: int, mentors: int) -> None:
    load_notices()
    load_organisations()
    programme = create_programme()
    admin = Person.objects.create(email=ADMIN, name="Priya Raman", is_staff=True, is_superuser=True)
    autumn = create_cohort(programme, slug="autumn", name_en="Autumn", name_fr="Automne", opens_in=-30)
    summer = create_cohort(programme, slug="summer", name_en="Summer", name_fr="Été", opens_in=-120)
    first = draw_cohort(mentees=mentees, mentors=mentors, seed=1)
    taken = {who.email for who in first}
    second = draw_cohort(mentees=mentees, mentors=mentors, seed=2, unlike=[who.name for who in first])
    write_people(autumn, first, state=Application.State.ACCEPTED)
    write_people(summer, [elsewhere(who, taken) for who in second], state=Application.State.ACCEPTED)
    for cohort in (autumn, summer):
        compute_run(start_run(cohort, by=admin))
    a_month_ago = timezone.now() - timedelta(days=30)
    publish_run(summer.runs.get(), by=admin, now=a_month_ago)
    introduce_due()


def elsewhere(who: DemoPerson, taken: set[str]) -> DemoPerson:
    """Two people who are drawn from as few names may have one address."""
    return dataclasses.replace(who, email=f"second.{who.email}") if who.email in taken else who


def ask(times: int, out: Path) -> None:
    admin = Person.objects.get(email=ADMIN)
    TOTP.activate(admin, generate_totp_secret())
    client = Client(headers={"host": "localhost"})
    client.force_login(admin)
    found = {}
    for route, address in sorted(pages()):
        if (measured := measure(client, address, times)) is not None:
            found[route] = measured
    out.write_text(json.dumps(found))


def measure(client: Client, address: str, times: int) -> dict | None:
    """None where the address is not there to be read: it only takes what is sent, or leads elsewhere."""
    answer = client.get(address)
    if answer.status_code in (302, 403, 405):
        return None
    seconds = []
    for _ in range(times):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            client.get(address)
            seconds.append(time.perf_counter() - began)
    return {
        "status": answer.status_code,
        "queries": len(queries),
        "seconds": round(statistics.median(seconds), 3),
    }


def pages() -> Iterator[tuple[str, str]]:
    """The admin's addresses, each with rows of this programme put in; those of models without a row are left out."""
    for route in routes(get_resolver(), ""):
        if route.startswith("admin/") and not NO_PAGES.search(route):
            keys = [key_of(route, name) for name in re.findall(r"<(?:\w+:)?(\w+)>", route)]
            if all(keys):
                address = route
                for key in keys:
                    address = re.sub(r"<[^>]+>", str(key), address, count=1)
                yield route, f"/{address}"


def routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            # What the admin catches all else with is written as a pattern.
            if "(" not in route:
                yield route
        else:
            yield from routes(entry, route)


def key_of(route: str, name: str) -> int | None:
    """The newest run, the first person: rows of the cohort that waits for its review where there are such."""
    if route in BY_ROUTE:
        return BY_ROUTE[route].order_by("pk").values_list("pk", flat=True).first()
    model = NAMED.get(name)
    if name in ONE_ITSELF:
        _, app, name_of_model, *_ = route.split("/")
        model = apps.get_model(app, name_of_model)
    if model is None:
        return None
    rows = model.objects.all()
    if model is MatchRun:
        rows = rows.filter(cohort__slug="autumn")
    elif model is Application:
        rows = rows.filter(cohort__slug="autumn", part="mentee")
    elif model is Cohort:
        rows = rows.filter(slug="autumn")
    return rows.order_by("pk").values_list("pk", flat=True).first()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]), int(sys.argv[3]))
    else:
        ask(int(sys.argv[2]), Path(sys.argv[3]))
