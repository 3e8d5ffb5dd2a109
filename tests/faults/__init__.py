"""Tests of the fault catalogue: each names its fault by number."""
