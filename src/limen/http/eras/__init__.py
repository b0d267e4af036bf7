"""How do front-ends of old releases get through? By their own paths, translated at the edge (dialects.md §3, §5.1 C).

Nothing behind this folder knows of them: a request to an old path becomes one of today's, its answer is dressed as then.
"""
