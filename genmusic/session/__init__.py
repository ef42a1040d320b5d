"""One listener's running stream: engine, control log, checkpoints."""
