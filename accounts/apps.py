from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        # Models are there only now.
        from accounts import home_mail, mails, personal_data
        from accounts.services import my_data

        home_mail.register_home()
        mails.register_kinds()
        personal_data.register("account", export=my_data.export_account, erase=my_data.erase_account)
