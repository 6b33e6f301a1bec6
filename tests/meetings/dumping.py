import os
import subprocess

from django.db import connection

from mentoring.local.postgres import find_place


def dump(tmp_path) -> str:
    """The test database as pg_dump, the real program, writes it."""
    place = find_place(tmp_path)
    held = connection.settings_dict
    done = subprocess.run(
        [
            *[str(place.binaries / "pg_dump"), f"--host={held['HOST']}", f"--port={held['PORT']}"],
            *[f"--username={held['USER']}", "--inserts", held["NAME"]],
        ],
        env=os.environ | {"PGPASSWORD": held["PASSWORD"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
