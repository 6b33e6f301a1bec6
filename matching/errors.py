"""What a service may refuse; the text is a sentence for whoever asked."""


class Refused(Exception):
    """Nothing was changed. The text says why, about whom, and what to do next."""


class AlreadyPublished(Refused):
    pass


class NotReady(Refused):
    pass


class OutOfDate(Refused):
    """The cohort changed after the run was computed."""


class AlreadyIntroduced(Refused):
    pass


class NotOnHold(Refused):
    pass


class GroupRefused(Refused):
    """A group breaks rules; `sentences` names each of them. All of them may be overruled, or not."""

    def __init__(self, sentences: list[str], *, may_overrule: bool = False):
        super().__init__(" ".join(sentences))
        self.sentences = sentences
        self.may_overrule = may_overrule


class CannotMatch(Refused):
    """There is nothing to compute: nobody to match, or nobody to match them with."""
