"""The calendar of a reflection: milestones, dialogues, consultations and calls in one list, month or file."""
