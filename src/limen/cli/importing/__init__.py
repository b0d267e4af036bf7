"""People from other systems, brought over the admin interface (issue 6): each source is one file, the rest is shared."""
