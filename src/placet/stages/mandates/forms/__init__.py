"""Forms of the secretariat: ``multilingual`` is their ground, also in later stages; ``setup``, ``people``."""
