"""Pages of the secretariat (``setup``, ``belonging``, ``people``), and of whoever is invited."""
