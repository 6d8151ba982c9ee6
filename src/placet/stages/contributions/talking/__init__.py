"""Comments below contributions: written under a pseudonym, found helpful or not, reported."""
