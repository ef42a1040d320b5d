"""Rooms: what one performer conducts, heard by many; rendered and encoded once for all."""
