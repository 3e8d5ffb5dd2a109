"""The fault catalogue: every row by its number, and why a row has no test here yet."""

FAULTS = range(1, 58)
"""The rows of the catalogue."""

LATER = {
    40: "webhooks come with the web shops",
    41: "overselling comes with the web shops",
    42: "connectors come with the web shops",
}
"""Rows that a later part of the product makes possible, and the reason."""
