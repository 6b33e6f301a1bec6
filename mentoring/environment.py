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
