"""Operators and their programs: the keys they show, and what is kept of what they did."""
