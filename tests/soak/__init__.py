"""The ballot path against kills, floods and full disks, on a platform of its own: small in CI, full by hand.

``make soak`` sets ``PLACET_TEST_SOAK=full``: twenty kills of each kind, thousands of requests. Without it the
same tests run with two kills and hundreds of requests.
"""
