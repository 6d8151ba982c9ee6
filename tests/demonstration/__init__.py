"""Tests of the demonstration reflection: its content and its simulated votes."""
