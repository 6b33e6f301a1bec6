"""One command that a start, an upgrade and a container's first step all use."""

import contextlib
import hashlib
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from mentoring.programme_admins import keep_programme_admins
from mentoring.translations import compile_translations

# Any number that nothing else locks.
LOCK = 7_205_760


class Command(BaseCommand):
    help = (
        "Bring the database to this version: migrations, the shared cache table, the catalogues, the rights."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--files", action="store_true", help="also compile translations, collect static files"
        )
        parser.add_argument("--no-database", action="store_true", help="leave the database alone")
        parser.add_argument(
            "--demo", action="store_true", help="load a demo programme where there is nobody yet"
        )

    def handle(self, *args, files, no_database, demo, **options):
        if files:
            prepare_files()
        if not no_database:
            prepare_database(with_demo=demo)


def prepare_files() -> None:
    compile_translations(settings.LOCALE_PATHS[0])
    collect_static_files()


def prepare_database(*, with_demo: bool) -> None:
    with one_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_catalogues")
        keep_programme_admins()
        if with_demo and not get_user_model().objects.exists():
            call_command("load_demo")


@contextlib.contextmanager
def one_at_a_time():
    """Two machines that start together must not both migrate; the second waits, then finds all done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def collect_static_files() -> None:
    """collectstatic, skipped while no file and no package has changed: it takes seconds."""
    stamp = Path(settings.STATIC_ROOT) / ".collected-from"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def static_state() -> str:
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            seen.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    for package in sorted(f"{one.name} {one.version}" for one in distributions()):
        seen.update(package.encode())
    return seen.hexdigest()
