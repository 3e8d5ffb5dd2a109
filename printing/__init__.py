"""Paper: what stands on it, its ESC/POS bytes, the link to the printer and the spool that waits for it."""
