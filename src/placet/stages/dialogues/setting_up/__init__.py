"""Setting up series and dialogues: what is said of them, their programme, and who works on them."""
