"""What pages show of proposals: the history of a clause, and what the margin says."""
