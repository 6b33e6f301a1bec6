import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Tests need no collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture
def member(db):
    return PersonFactory(can_sign_in=True, name="Samira Aziz")


@pytest.fixture
def signed_in(client, member):
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def open_cohort(db):
    return CohortFactory(name_en="Spring cohort", name_fr="Promotion de printemps")


@pytest.fixture(scope="module")
def chromium():
    # Playwright's loop runs in this thread, and Django would take the tests' own queries for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
