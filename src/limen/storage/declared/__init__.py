"""The declarations of every statement, in SQLAlchemy Core: for who compiles them. A running server has them as text already."""
