"""Dialogues for other calendars: iCalendar files, a person's own agenda, a feed, schema.org."""
