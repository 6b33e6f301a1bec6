from django.core.management.commands import makemessages


class Command(makemessages.Command):
    # Where `gettext_lazy` stands beside `gettext as _`, our code calls it `lazy`.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=lazy"]
