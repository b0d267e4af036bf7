"""Repeatable measurements: requests per second, latency, and CPU per request of the server process."""
