from django.db.models import Func, TextField


class SortKey(Func):
    """Case folded, accents stripped: "Élan" sorts beside "elan". PostgreSQL may have no ICU, so we keep our own key."""

    function = "sort_key"
    arity = 1
    output_field = TextField()
