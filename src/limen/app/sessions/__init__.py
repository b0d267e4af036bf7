"""Sessions: checking, issuing, renewing, ending, listing, turning into tokens."""
