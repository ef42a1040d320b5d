"""The table of controls and their current values."""
