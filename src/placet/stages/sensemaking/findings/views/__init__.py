"""Pages of findings: what everybody reads, and what the secretariat writes."""
