"""OmniPOS: a point of sale that sells offline, knows its customers and hands over online orders."""

__version__ = "0.1.0"
