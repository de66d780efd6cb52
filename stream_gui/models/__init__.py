"""What the window shows, as plain facts and Qt models; no widgets, no sockets."""
