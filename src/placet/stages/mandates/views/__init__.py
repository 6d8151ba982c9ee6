"""Pages of the secretariat (``setup``, ``people``) and of whoever is invited (``invitations``)."""
