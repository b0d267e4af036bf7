"""Messages to people: wording, sending, and looking at them."""
