"""Moderation by a public rule: its points, decisions with their reasons, appeals, and the log of them."""
