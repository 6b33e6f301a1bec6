from datetime import time

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError


class Environment:
    """The environment's variables, typed by `environs`; one that is missing or malformed is named in a sentence."""

    def __init__(self):
        self._env = Env()

    def __getattr__(self, kind):
        read = getattr(self._env, kind)

        def read_or_explain(name, *default, **options):
            try:
                return read(name, *default, **options)
            except EnvError as error:
                raise ImproperlyConfigured(f"{error}. `.env.example` says what {name} is for.") from error

        return read_or_explain

    def hours(self, name: str, default: str) -> tuple[time, time] | None:
        """Two times of day, such as 20:00-07:30; None where it is empty."""
        words = self.str(name, default)
        if not words:
            return None
        try:
            begin, end = (time.fromisoformat(part.strip()) for part in words.split("-"))
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} is {words!r}. Write two times of day, such as 20:00-07:30, or nothing for none."
            ) from None
        return begin, end
