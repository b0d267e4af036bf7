"""What the application needs from outside, as Protocols: storage, hashing, breach checks, schemas, Jsonnet."""
