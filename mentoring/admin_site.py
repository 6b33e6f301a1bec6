from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from matching.queries.dashboard import cohorts_under_way

OWN_APPS = ["matching", "meetings", "accounts", "outbox"]
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class ProgrammeAdminSite(AdminSite):
    """Django's admin, for staff who hold a second factor; its door is everybody's, with the same limits."""

    site_header = site_title = _("Mentoring programme")
    index_title = _("Programme administration")

    def get_app_list(self, request, app_label=None):
        """The programme's own work first, what Django and its libraries add last."""
        return sorted(super().get_app_list(request, app_label), key=place_of)

    def index(self, request, extra_context=None):
        """With the cohorts under way, for those who may work on them."""
        under_way = cohorts_under_way() if request.user.has_perm("matching.change_cohort") else []
        return super().index(request, (extra_context or {}) | {"under_way": under_way})

    def has_permission(self, request):
        # A second factor that is held was also shown: allauth signs nobody in who holds one and skips it.
        return super().has_permission(request) and is_mfa_enabled(request.user, SECOND_FACTORS)

    @method_decorator([never_cache, login_not_required])
    def login(self, request, extra_context=None):
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not super().has_permission(request):
            raise PermissionDenied
        if self.has_permission(request):
            return redirect("admin:index")
        return render(request, "admin/second_factor.html", status=403)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")


def place_of(app: dict) -> int:
    label = app["app_label"]
    return OWN_APPS.index(label) if label in OWN_APPS else len(OWN_APPS)
