"""What the admin listener answers, one file per subject."""
