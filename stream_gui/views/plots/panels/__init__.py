"""The kinds of panels: one small class each, behind one interface."""
