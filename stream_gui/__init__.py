"""The monitor: a desktop window on a stream server; it is a client like any other."""
