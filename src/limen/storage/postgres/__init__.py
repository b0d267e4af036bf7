"""PostgreSQL and what speaks its protocol, through asyncpg: held connections, one round trip for most units (docs/adr/0014)."""
