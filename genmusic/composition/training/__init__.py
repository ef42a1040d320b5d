"""Training: from scores with a licence on record to the statistics of a model."""
