"""The page of the load: its widgets."""
