"""Loads for ``placet bench``: a platform of its own in a temporary folder, and what is thrown at it."""
