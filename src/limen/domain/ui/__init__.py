"""Forms: what a flow asks for, as nodes that any user interface can draw (appendix D of the feature list)."""
