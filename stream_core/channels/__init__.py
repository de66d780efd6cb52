"""Channels and the buffers of their readers: pure facts, no loop, no link, time as an argument."""
