"""Search across everything that a reader may see: by words, and by meaning where its models are installed.

``index`` keeps what is searched, ``words`` and ``meaning`` rank, ``results`` brings both together for a
reader. May read every stage; stores nothing that cannot be rebuilt.
"""
