from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MentoringConfig(AppConfig):
    name = "mentoring"


class MentoringAdminConfig(AdminConfig):
    default_site = "mentoring.admin_site.ProgrammeAdminSite"
