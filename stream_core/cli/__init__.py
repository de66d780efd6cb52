"""The command `streamscope`: what a terminal can do with a server; knows no window."""
