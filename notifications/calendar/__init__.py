"""Calendar: entries (iCalendar) of the session, and the replies of calendars (iTIP)."""
