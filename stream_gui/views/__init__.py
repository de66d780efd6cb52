"""How the window looks: widgets that are given their model and their session."""
