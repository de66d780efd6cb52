"""What the window does: the link, the channels, the load, the calls, the servers; no widgets."""
