from django.conf import settings


def site(request):
    """What every page's frame shows."""
    return {"public_url": settings.PUBLIC_URL, "has_mailbox": bool(settings.MAILBOX_DIR)}
