"""A seeded simulator of tills, hub processes, their disks and the line between them."""
