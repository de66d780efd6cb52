"""Cursors, markers and values at the mouse, above the plots and in a table below them."""
