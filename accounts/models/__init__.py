from accounts.models.catalogue import Discipline, Organisation, Role, Sector, Situation, Topic
from accounts.models.notices import Consent, Notice, NoticeVersion
from accounts.models.person import Person, PersonRole, Photo

__all__ = [
    "Consent",
    "Discipline",
    "Notice",
    "NoticeVersion",
    "Organisation",
    "Person",
    "PersonRole",
    "Photo",
    "Role",
    "Sector",
    "Situation",
    "Topic",
]
