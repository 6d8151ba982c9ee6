"""Communiqués: adopted texts under one title, frozen with a digest, and what they are read in."""
