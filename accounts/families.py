"""Words for the families of catalogue entries. Several families share a heading where each would be too small."""

from django.utils.translation import gettext_lazy as _

HEADINGS = {
    # disciplines
    "medical": _("Medicine and dentistry"),
    "dental": _("Medicine and dentistry"),
    "nursing-midwifery": _("Nursing and midwifery"),
    "allied-health": _("Allied health, pharmacy, psychology and science"),
    "pharmacy": _("Allied health, pharmacy, psychology and science"),
    "psychology": _("Allied health, pharmacy, psychology and science"),
    "science": _("Allied health, pharmacy, psychology and science"),
    "care": _("Social care and lived experience"),
    "people": _("Social care and lived experience"),
    "data": _("Data"),
    "management": _("Management, policy and industry"),
    "industry": _("Management, policy and industry"),
    # disciplines and topics
    "assurance": _("Safety, governance and security"),
    "technology": _("Technology"),
    "delivery": _("Delivery and design"),
    "knowledge": _("Research and knowledge"),
    # topics
    "career": _("Career"),
    "personal": _("Confidence and wellbeing"),
    "leadership": _("Leadership"),
    "population": _("People and planet"),
    "enterprise": _("Companies"),
}


def heading(family: str) -> str:
    """What stands above the entries of a family; one that an admin made up reads as they wrote it."""
    return HEADINGS.get(family) or family.replace("-", " ").capitalize()
