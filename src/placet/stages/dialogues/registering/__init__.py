"""Who comes to a dialogue: registering, the waiting list, invitations, attendance, breakout rooms."""
