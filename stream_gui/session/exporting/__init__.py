"""Data taken away: to files of text or numbers, or as a program that reads the same channels."""
