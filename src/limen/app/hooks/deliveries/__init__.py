"""Web hooks that nobody waits for: stored with the change, sent until they have arrived, repeated by operators."""
