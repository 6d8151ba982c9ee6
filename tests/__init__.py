"""The tests; the folders mirror those of ``placet``, and ``journeys`` go through a real browser."""
