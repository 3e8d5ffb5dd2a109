"""The use cases of a till, one a file: plain functions that apply rules and write facts."""
