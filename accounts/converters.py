from datetime import date


class DayConverter:
    """A day in an address, such as 2026-11-22; one that no calendar has is not found."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()
