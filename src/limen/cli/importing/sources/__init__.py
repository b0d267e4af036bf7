"""The systems that people can come from. Each file reads one and yields records; it knows nothing of the target."""
