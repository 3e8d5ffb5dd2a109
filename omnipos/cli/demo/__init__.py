"""The demo shop: a whole small shop made up at once, for trying OmniPOS and for tests."""
