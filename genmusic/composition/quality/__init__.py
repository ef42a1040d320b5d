"""How good the music is, as far as numbers can tell: the same measures for ours and for others'."""
