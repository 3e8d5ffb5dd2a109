"""The counter in a terminal: one screen a file, widgets that only display."""
