"""Findings: written, with their figures filled in from analysis runs, and shown with what they rest on."""
