from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.home import home_of
from accounts.models import Person
from matching.queries.cohorts import cohort_of, coming_cohort, open_cohort, week_of

USUAL_HOLD_DAYS = 3


@login_not_required
def front(request):
    if request.user.is_authenticated:
        return redirect("home")
    cohort = open_cohort()
    return render(request, "front.html", {"cohort": cohort, "coming": None if cohort else coming_cohort()})


@login_not_required
def how_it_works(request):
    cohort = open_cohort()
    hold_days = cohort.hold_days if cohort else USUAL_HOLD_DAYS
    return render(request, "how_it_works.html", {"cohort": cohort, "hold_days": hold_days})


def home(request):
    person = request.user
    cohort, on_home = cohort_of(person), home_of(person)
    context = {
        "greeting": greeting(person.get_short_name()),
        "cohort": cohort,
        "week": cohort and week_of(cohort),
        "step": on_home.step,
        "cards": on_home.cards,
        "open_cohort": None if cohort else open_cohort(),
    }
    return render(request, "home.html", context)


def greeting(name: str) -> str:
    hour = timezone.localtime().hour
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


@login_not_required
@require_POST
def speak(request):
    """Django's `set_language`, remembered for whoever is signed in."""
    response = set_language(request)
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and request.user.is_authenticated:
        Person.objects.filter(pk=request.user.pk).update(language=chosen.value)
    return response
