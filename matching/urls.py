from matching.urls_applications import urlpatterns as applications
from matching.urls_choices import urlpatterns as choices
from matching.urls_mentorships import urlpatterns as mentorships

app_name = "matching"
urlpatterns = [*applications, *choices, *mentorships]
