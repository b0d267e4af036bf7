"""Messages to people: what one is and what became of it."""
