"""Widgets that only display: each paints what it is given and asks nobody for anything."""
