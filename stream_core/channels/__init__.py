"""Channels and what waits at the server for their readers; bytes and facts only, no I/O."""
