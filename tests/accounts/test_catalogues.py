import pytest

from accounts.models import Notice, Role, Situation, Topic
from accounts.services.catalogues import load_catalogues, save_edited_entry
from accounts.services.notices import load_notices

pytestmark = pytest.mark.django_db


def test_the_product_brings_its_catalogues_in_both_languages():
    load_catalogues()

    cnio = Role.objects.get(slug="cnio")

    assert (cnio.en, cnio.family) == ("Chief nursing information officer (CNIO)", "clinical-leadership")
    assert "infirmière référente numérique" in cnio.aliases_fr
    assert Situation.objects.get(slug="acting-up-unpaid").sensitive
    assert not Situation.objects.get(slug="seconded").sensitive
    assert (Role.objects.count(), Topic.objects.count()) == (70, 51)


def test_loading_twice_writes_nothing():
    load_catalogues()

    assert load_catalogues() == 0


def test_loading_again_keeps_what_an_admin_wrote():
    load_catalogues()
    cnio = Role.objects.get(slug="cnio")
    cnio.en = "Nursing information chief"
    save_edited_entry(cnio)

    load_catalogues()

    assert Role.objects.get(slug="cnio").en == "Nursing information chief"


def test_loading_again_refreshes_what_no_admin_touched():
    load_catalogues()
    Role.objects.filter(slug="cnio").update(en="An older wording")

    assert load_catalogues() == 1

    assert Role.objects.get(slug="cnio").en == "Chief nursing information officer (CNIO)"


def test_loading_again_keeps_an_entry_that_an_admin_added():
    own = Role(slug="robot-whisperer", en="Robot whisperer", fr="Dresse les robots")
    save_edited_entry(own)

    load_catalogues()

    assert Role.objects.filter(slug="robot-whisperer").exists()


def test_every_notice_comes_with_a_first_dated_text_in_both_languages():
    load_notices()

    slugs = set(Notice.objects.values_list("slug", flat=True))

    assert slugs == {"privacy", "confidentiality", "conduct", "accessibility", "concerns"}
    for notice in Notice.objects.all():
        version = notice.versions.get()
        assert len(version.en) > 1000
        assert len(version.fr) > 1000


def test_notices_are_the_admins_once_loaded():
    load_notices()
    version = Notice.objects.get(slug="privacy").versions.get()
    version.en = "Ours."
    version.save(update_fields=["en"])

    load_notices()

    assert Notice.objects.get(slug="privacy").versions.get().en == "Ours."
