"""Reading a till's folder beside the till that runs on it."""

from pathlib import Path
from sqlite3 import Connection

from omnipos.config import load_settings
from omnipos.locale import speak
from omnipos.store.identity import load_identity
from omnipos.store.people import shop_by_id


def speak_as_shop(books: Connection, folder: Path) -> None:
    """Speak the till's language: its own setting, else its shop's."""
    who = load_identity(books)
    shop = shop_by_id(books, who.store_id) if who else None
    speak(load_settings(folder).language or (shop.language if shop else "en"))
