"""Files beside contributions: looked at before they are kept, served as downloads, read for their text."""
