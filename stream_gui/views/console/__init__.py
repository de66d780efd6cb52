"""The console for remote calls: its widgets."""
