"""What the public listener answers, one file per subject."""
