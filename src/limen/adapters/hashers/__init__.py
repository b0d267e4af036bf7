"""How are passwords hashed and verified? One file per family of formats, one registry, one pool of threads."""
