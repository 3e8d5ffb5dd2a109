"""The files that a mirror of the hub's data is made of: written by the till, and ready by the hub."""
