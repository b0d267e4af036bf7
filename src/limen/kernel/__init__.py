"""The doors to the outside world and the values that every layer may use."""
