import datetime

import factory

from accounts.models import (
    Discipline,
    Notice,
    NoticeVersion,
    Organisation,
    Person,
    PersonRole,
    Role,
    Sector,
    Situation,
    Topic,
)

PASSWORD = "a long and quiet morning"


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Hospital {n}")


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody whose address is verified, who signs in with PASSWORD."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    organisation = factory.SubFactory(OrganisationFactory)
    address = factory.RelatedFactory(
        "tests.accounts.factories.EmailAddressFactory", "user", email=factory.SelfAttribute("..email")
    )

    class Params:
        can_sign_in = factory.Trait(
            password=factory.django.Password(PASSWORD),
        )
        admin = factory.Trait(is_staff=True, is_superuser=True)


class EmailAddressFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = "account.EmailAddress"

    email = factory.SelfAttribute("user.email")
    verified = True
    primary = True


class EntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    slug = factory.Sequence(lambda n: f"entry-{n}")
    family = "family"
    en = factory.LazyAttribute(lambda entry: entry.slug.replace("-", " ").capitalize())
    fr = factory.LazyAttribute(lambda entry: f"{entry.en} (fr)")


class RoleFactory(EntryFactory):
    class Meta:
        model = Role


class DisciplineFactory(EntryFactory):
    class Meta:
        model = Discipline


class TopicFactory(EntryFactory):
    class Meta:
        model = Topic


class SituationFactory(EntryFactory):
    class Meta:
        model = Situation


class SectorFactory(EntryFactory):
    class Meta:
        model = Sector


class PersonRoleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PersonRole

    person = factory.SubFactory(PersonFactory)
    role = factory.SubFactory(RoleFactory)
    how = PersonRole.How.UNTITLED


class NoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notice

    slug = factory.Sequence(lambda n: f"notice-{n}")
    title_en = "Confidentiality"
    title_fr = "Confidentialité"


class NoticeVersionFactory(factory.django.DjangoModelFactory):
    """A notice and what it says; `notice__slug` names which."""

    class Meta:
        model = NoticeVersion

    notice = factory.SubFactory(NoticeFactory)
    dated = datetime.date(2026, 1, 5)
    en = "What is said here stays here."
    fr = "Ce qui se dit ici reste ici."
