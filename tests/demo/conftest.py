import csv

import pytest

from accounts.services.catalogues import FOLDER


@pytest.fixture
def catalogue_slugs():
    """The slugs of one catalogue file, such as "roles"."""

    def read(name: str) -> set[str]:
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return {row["slug"] for row in csv.DictReader(file)}

    return read
