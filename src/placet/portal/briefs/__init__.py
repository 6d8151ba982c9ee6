"""The brief for a leader's adviser: one proposal on one page, every number linked to its source."""
