"""Which databases of Kratos can be read? SQLite, PostgreSQL and MySQL: three answers to one contract."""
