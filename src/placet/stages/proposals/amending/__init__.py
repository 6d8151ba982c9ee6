"""Amendments: what delegations ask to be changed, what the others say of it, and the answers."""
