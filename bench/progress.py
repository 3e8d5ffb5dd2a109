"""What a long measuring is doing, told on stderr while the table is still to come."""

import sys
import time


def tell(text: str) -> None:
    """Say something at once, with the time of day."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()
