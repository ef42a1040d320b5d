"""The composer: form, harmony, rhythm, melody and parts, from trained statistics and rules."""
