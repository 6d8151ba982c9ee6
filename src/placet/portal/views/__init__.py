"""Pages that cross the stages."""
