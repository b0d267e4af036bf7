"""What did the operator decide? Configuration as typed, frozen sections, read once and swapped as a whole."""
