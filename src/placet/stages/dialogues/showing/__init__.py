"""Reading series and dialogues as their pages show them, in the reader's language."""
