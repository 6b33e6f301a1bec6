"""What a service about sessions may refuse; the text is a sentence for whoever asked."""

from matching.errors import Refused


class CannotPlan(Refused):
    """What was asked for breaks rules; `problems` names each, by the field it is about ("" for the whole)."""

    def __init__(self, problems: list[tuple[str, str]]):
        super().__init__(" ".join(str(sentence) for _, sentence in problems))
        self.problems = problems


class CannotChange(Refused):
    """The session has begun, was cancelled, or somebody else changed it meanwhile."""
