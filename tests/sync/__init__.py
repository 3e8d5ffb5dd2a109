"""Tests of syncing against a real hub process."""
