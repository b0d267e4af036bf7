"""SQLite on the driver itself: reads on the loop, one writer thread, group commit (docs/adr/0003, architecture.md §0.4)."""
