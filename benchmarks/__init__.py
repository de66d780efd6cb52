"""Streamscope beside what a Python user would pick instead: the same work, in one run, by turns."""
