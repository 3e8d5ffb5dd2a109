"""The bars of security, each a test."""
