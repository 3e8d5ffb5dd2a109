"""What is shipped to run a hub for real is tried here."""
