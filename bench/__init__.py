"""What is measured, each beside its physical floor in the same run."""
