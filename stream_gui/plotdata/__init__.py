"""The data behind plots: rings, pyramids, pixel columns. Plain numpy: no Qt, no network."""
