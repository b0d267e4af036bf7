"""The hook that calls a program of the operator over HTTP: what it is told, how it is called, what its answer may do (WH-*)."""
