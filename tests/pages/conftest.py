import pytest

from tests.accounts.factories import PersonFactory
from tests.matching.factories import CohortFactory


@pytest.fixture
def member(db):
    return PersonFactory(can_sign_in=True, name="Samira Aziz")


@pytest.fixture
def signed_in(signed_in_client, member):
    return signed_in_client(member)


@pytest.fixture
def open_cohort(db):
    return CohortFactory(name_en="Spring cohort", name_fr="Promotion de printemps")
