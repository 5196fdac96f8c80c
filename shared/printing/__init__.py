"""Printing: HTML and CSS become the same PDF every time, in a warm child process that can reach nothing."""
