"""How does Limen reach the outside world? One implementation for each door and port that is no database."""
