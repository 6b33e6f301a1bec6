from matching.urls_applications import urlpatterns as applications
from matching.urls_mentorships import urlpatterns as mentorships

app_name = "matching"
urlpatterns = [*applications, *mentorships]
