"""Sessions in people's own calendars: events as mail, feed and download write them, and the answers that come back."""
