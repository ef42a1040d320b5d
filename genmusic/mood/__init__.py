"""Controls to mood to musical and sounding parameters."""
