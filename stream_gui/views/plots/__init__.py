"""Plots: panels with curves that follow live data, and what belongs to them."""
