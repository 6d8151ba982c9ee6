"""What texts say, in whatever language: languages, embeddings, neighbours, themes, summaries.

The libraries come with ``placet[text]`` and are imported where they are used: without them, what needs
one raises `MissingExtraError` and the rest works.
"""
