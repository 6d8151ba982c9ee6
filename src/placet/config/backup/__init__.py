"""Backups: one archive of everything an installation keeps, proven when it is made and when it is restored.

``archive`` (what an archive is) ← ``digests`` (what tables hold) ← ``sqlite``, ``postgresql`` (how each is
dumped and loaded) ← ``saving``, ``restoring``.
"""
