"""Promotions: what the shop gives off, on which goods, to whom and when; the same at till and hub."""
