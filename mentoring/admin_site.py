from django.contrib.admin import AdminSite


class ProgrammeAdminSite(AdminSite):
    """Django's admin, for staff who hold a second factor."""
