from allauth.account.adapter import DefaultAccountAdapter


def display_name(person) -> str:
    return person.name


class AccountAdapter(DefaultAccountAdapter):
    """How allauth behaves here."""
