"""Frames and what is in them: bytes and facts only, no loop, socket, thread or clock."""
