"""Being signed in: sessions, how they were come by, from where."""
