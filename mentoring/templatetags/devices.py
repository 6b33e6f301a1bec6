from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The more telling mark first: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = [
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
]  # fmt: skip
SYSTEMS = [
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Linux", "Linux"),
]  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, in words that its owner would use."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser that we do not know")


def _first(marks: list[tuple[str, str]], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
