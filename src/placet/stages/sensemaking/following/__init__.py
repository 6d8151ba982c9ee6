"""The live opinion map: open consultations are followed ballot by ballot, by one process of its own."""
