"""A mail's HTML as it is, on a page of its own."""

from django.http import HttpResponse

NOTHING_BUT_STYLE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"


def sandboxed(html: str, *, allows: str = "") -> HttpResponse:
    """Cut off from the site: no script, no cookie, no address but data."""
    response = HttpResponse(html)
    response["Content-Security-Policy"] = f"sandbox {allows}".strip() + f"; {NOTHING_BUT_STYLE}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "no-store"
    return response
