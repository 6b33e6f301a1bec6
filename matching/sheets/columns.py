"""What the columns of a sheet of applications may be, and which heading means which."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.wording import folded, without_brackets


@dataclass(frozen=True)
class Column:
    """`headings`: how people name it, in English and French; `several`: a cell may hold many, one a line or by ";"."""

    name: str
    label: str | Promise
    headings: tuple[str, ...]
    several: bool = False


EMAIL = Column(
    "email",
    _("Mail address"),
    ("mail", "email", "e-mail", "email address", "mail address", "work email", "contact email",
     "courriel", "adresse", "adresse électronique", "adresse de courriel", "mél"),
)  # fmt: skip
NAME = Column(
    "name",
    _("Name"),
    ("name", "full name", "your name", "participant", "nom", "nom complet", "nom et prénom", "prénom et nom"),
)
FIRST_NAME = Column(
    "first_name", _("First name"), ("first name", "forename", "given name", "prénom", "firstname")
)
LAST_NAME = Column(
    "last_name", _("Last name"), ("last name", "surname", "family name", "nom de famille", "lastname")
)
PART = Column(
    "part",
    _("Mentee or mentor"),
    ("part", "as", "mentee or mentor", "mentor or mentee", "mentor/mentee", "type", "joining as", "i am applying as",
     "candidature", "en tant que"),
)  # fmt: skip
TITLED = Column(
    "titled",
    _("Roles with the title"),
    ("role", "roles", "current role", "roles with the title", "rôle", "rôles", "fonction", "fonctions"),
    several=True,
)
UNTITLED = Column(
    "untitled",
    _("Roles without the title"),
    ("roles without the title", "without the title", "unofficial role", "unofficial title", "unofficial titles",
     "what i really do", "really does", "rôles sans le titre", "sans le titre"),
    several=True,
)  # fmt: skip
AIMS = Column(
    "aims",
    _("Growing into"),
    (
        "growing into",
        "aim",
        "aims",
        "aspires to",
        "next role",
        "career goal",
        "objectif",
        "rôle visé",
        "vers",
    ),
    several=True,
)
OFFICIAL_TITLE = Column(
    "official_title",
    _("Official title"),
    ("official title", "job title", "title", "post", "position", "intitulé", "intitulé officiel", "poste"),
)
ORGANISATION = Column(
    "organisation",
    _("Organisation"),
    ("organisation", "organization", "employer", "trust", "trust/organisation", "company", "hospital",
     "établissement", "employeur", "structure"),
)  # fmt: skip
DISCIPLINES = Column(
    "disciplines",
    _("Disciplines"),
    ("discipline", "disciplines", "profession", "professional background", "background", "métier"),
    several=True,
)
SECTORS = Column("sectors", _("Sectors"), ("sector", "sectors", "secteur", "secteurs"), several=True)
NEEDS = Column(
    "needs",
    _("Needs, most wanted first"),
    ("need", "needs", "topics", "i need", "would like help with", "areas of interest", "wants", "looking for",
     "besoin", "besoins", "thèmes"),
    several=True,
)  # fmt: skip
OFFERS = Column(
    "offers",
    _("Offers"),
    ("offer", "offers", "can help with", "i can help with", "expertise", "areas of expertise", "skills",
     "ce que je propose", "propose", "compétences"),
    several=True,
)  # fmt: skip
CAPACITY = Column(
    "capacity",
    _("Places of a mentor"),
    ("capacity", "places", "mentees", "number of mentees", "how many mentees", "max mentees", "capacité",
     "nombre de personnes"),
)  # fmt: skip
STREAM = Column("stream", _("Stream"), ("stream", "track", "theme", "strand", "filière", "parcours"))
LANGUAGES = Column(
    "languages",
    _("Spoken languages"),
    ("language", "languages", "spoken languages", "langue", "langues", "langues parlées"),
    several=True,
)
HOURS = Column(
    "hours",
    _("When free"),
    ("when free", "hours", "availability", "available", "free", "times", "best times", "disponibilité",
     "disponibilités", "horaires", "heures libres"),
    several=True,
)  # fmt: skip
ZONE = Column("zone", _("Time zone"), ("time zone", "timezone", "fuseau", "fuseau horaire"))
DISCIPLINE_WISH = Column(
    "discipline_wish",
    _("Discipline of the mentor"),
    ("mentor's discipline", "same discipline", "discipline du mentor"),
)
BRIDGE = Column(
    "bridge",
    _("Mentor from the other side, NHS or industry"),
    ("bridge", "from the other side", "other side", "de l'autre côté"),
)
PREFERRED_LANGUAGE = Column(
    "preferred_language",
    _("Preferred language"),
    ("preferred language", "language of mentoring", "langue préférée", "langue souhaitée"),
)
ABOUT = Column("about", _("In their own words"), ("about", "bio", "about me", "biography", "présentation"))

COLUMNS = (
    EMAIL, NAME, FIRST_NAME, LAST_NAME, PART, TITLED, UNTITLED, AIMS, OFFICIAL_TITLE, ORGANISATION, DISCIPLINES,
    SECTORS, NEEDS, OFFERS, CAPACITY, STREAM, HOURS, ZONE, DISCIPLINE_WISH, BRIDGE, PREFERRED_LANGUAGE, LANGUAGES, ABOUT,
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}


def guess(headers: Iterable[str]) -> list[str]:
    """The column that each heading most likely means, "" where none; no column twice."""
    meanings = {
        folded(word): column.name for column in COLUMNS for word in (*column.headings, *_labels(column))
    }
    taken: set[str] = set()
    found = []
    for header in headers:
        name = _meant(header, meanings)
        found.append("" if name in taken else name)
        taken.add(name)
    return found


def _labels(column: Column) -> list[str]:
    """In every language: an export that a colleague made is read as well."""
    labels = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            labels.append(str(column.label))
    return labels


def _meant(header: str, meanings: dict[str, str]) -> str:
    plain = folded(without_brackets(header)).strip(" :?*.").replace("_", " ")
    return meanings.get(plain) or meanings.get(folded(header), "")
