"""The five questions of the pulse, in our own words.

They ask what short published scales of self-efficacy and of belonging ask (the first three, the last two), about this
work. The numbers of the questions are stored with the answers: a question that changes its sense gets a new number.
"""

from django.utils.translation import gettext_lazy as _

CONFIDENCE = {
    "1": _("I can bring about digital change where I work."),
    "2": _("When something gets stuck, I usually find a way forward."),
    "3": _("I can say clearly what I do and what it is worth."),
}
BELONGING = {
    "4": _("I belong among the people who lead digital change."),
    "5": _("There are people I can turn to who understand my work."),
}
QUESTIONS = CONFIDENCE | BELONGING

LEAST, MOST = 1, 5
SCALE = {
    1: _("not at all"),
    2: _("a little"),
    3: _("partly"),
    4: _("mostly"),
    5: _("fully"),
}
