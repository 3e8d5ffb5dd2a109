"""The hub's routes: tills, web shops, the owner, and what there is to read."""
