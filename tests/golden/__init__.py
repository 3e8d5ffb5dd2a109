"""One file for each fact of each schema ever shipped: its bytes, its hash and its shape, kept for ever."""
