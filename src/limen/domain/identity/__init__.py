"""People as Limen knows them: traits, credentials, addresses, and the schemas that give traits their meaning."""
