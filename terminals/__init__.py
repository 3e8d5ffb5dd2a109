"""Card terminals: what is said to one over the wire, who waits for it, and a simulator of one."""
