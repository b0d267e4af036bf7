"""What hooks leave behind: what was seen of a run, and what is still to be delivered."""
