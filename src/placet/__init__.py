"""Placet: strategic reflections of alliances and institutions, from mandate to decision.

``placet.sense`` is the engine (no web, no database); ``placet.stages`` is the platform, one Django
app a stage, in the order of a reflection. See ``docs/architecture.md``.
"""

__version__ = "0.1.0"
