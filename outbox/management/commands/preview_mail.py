from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outbox import kinds, previews


class Command(BaseCommand):
    help = (
        "Show a kind of mail with invented words, as text; with --to, write it as .txt, .html and .eml files."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "kind", nargs="?", help="its name; without one, every kind is listed (with --to: written)"
        )
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES])
        parser.add_argument("--to", type=Path, metavar="FOLDER")

    def handle(self, *, kind, language, to, **options):
        languages = [language] if language else [code for code, _ in settings.LANGUAGES]
        if not kind and not to:
            return self._list()
        for one in self._chosen(kind):
            for code in languages:
                self._write(one, code, to) if to else self._show(one, code)

    def _chosen(self, name):
        if name is None:
            return [kind for kind in kinds.every() if kind.sample]
        found = previews.find(name, settings.LANGUAGE_CODE)
        if found is None:
            raise CommandError(
                f"No kind {name!r} has a sample. Without a name, this command lists those that have."
            )
        return [found]

    def _list(self):
        for kind in kinds.every():
            if kind.sample:
                self.stdout.write(f"{kind.name:28} {kind.label}")

    def _show(self, kind, language):
        rendering = previews.render_sample(kind, language)
        self.stdout.write(f"Subject: {rendering.subject}\n\n{rendering.text}\n")

    def _write(self, kind, language, folder):
        rendering = previews.render_sample(kind, language)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{kind.name}.{language}"
        Path(f"{file}.txt").write_text(f"{rendering.subject}\n\n{rendering.text}")
        Path(f"{file}.html").write_text(rendering.html)
        Path(f"{file}.eml").write_bytes(previews.compose_sample(kind, language))
        self.stdout.write(f"{file}.html")
