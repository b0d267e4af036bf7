"""`limen doctor`: what is wrong with this installation, and what would mend it? One small file for each subject."""
