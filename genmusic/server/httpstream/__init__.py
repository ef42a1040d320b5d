"""A session as a file without end, for every player that can open an address."""
