"""Random hands at the till: whatever is typed, it answers in sentences, verifies, and its sums agree."""
