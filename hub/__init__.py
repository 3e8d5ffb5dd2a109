"""The central customer, order and inventory API that tills and web shops talk to."""
