from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A programme with people in it, so that somebody who tries this product sees it at work."""

    name = "demo"
