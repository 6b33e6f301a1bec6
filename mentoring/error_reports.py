"""What a report of an error may quote: neither what was sent nor what stood in a variable.

Both may be somebody's note. The traceback itself, with its lines of code, stays.
"""

from django.views.debug import SafeExceptionReporterFilter


class QuietReporterFilter(SafeExceptionReporterFilter):
    """For error mails and for the debug page alike, whatever DEBUG says."""

    def get_post_parameters(self, request):
        sent = super().get_post_parameters(request)
        return dict.fromkeys(sent, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request, tb_frame):
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]
