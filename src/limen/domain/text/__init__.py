"""What people are told: messages with stable ids, one file per area (appendix A of the feature list)."""
