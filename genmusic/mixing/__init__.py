"""Strips, buses and the master."""
