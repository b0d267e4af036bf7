"""Who may use the admin interface, and what is noted of what they do."""
