"""The only place that knows every concrete class: puts the house together, starts it and stops it."""
