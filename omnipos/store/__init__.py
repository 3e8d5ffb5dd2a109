"""What a till keeps on disk: its journal and books, and its mirror of the hub."""
