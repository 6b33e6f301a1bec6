from meetings.models.session import Seat, Series, Session

__all__ = ["Seat", "Series", "Session"]
