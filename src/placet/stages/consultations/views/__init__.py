"""Pages of consultations: ``participate`` for everybody, ``manage`` for the secretariat and moderators."""
