from accounts.admin import catalogue, hidden, notices, organisations, people

__all__ = ["catalogue", "hidden", "notices", "organisations", "people"]
