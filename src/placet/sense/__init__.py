"""The engine: arrays and text in, frozen results out. No web, no database."""
