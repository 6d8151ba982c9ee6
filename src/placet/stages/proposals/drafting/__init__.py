"""Drafting by several secretaries: proposals, their clauses, what each rests on, and notes in the margin."""
