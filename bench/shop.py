"""Products for measuring: 50,000 real ones where they are at hand, else as many made up."""

import csv
import gzip
import io
from pathlib import Path

REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "products.csv.gz"
MADE_UP = 50_000
_WORDS = ("Susu", "Kopi", "Teh", "Biskuit", "Cokelat", "Sabun", "Mie", "Beras", "Gula", "Kecap")


def product_rows() -> list[tuple[str, str, int]]:
    """Return (barcode, name, price in whole rupiah) of all products."""
    if REAL.exists():
        with gzip.open(REAL, "rt", encoding="utf-8", newline="") as file:
            return [(r["barcode"], r["name"], int(r["price"])) for r in csv.DictReader(file)]
    return [
        (
            f"{8_990_000_000_000 + i}",
            f"{_WORDS[i % 10]} {_WORDS[i // 10 % 10]} {i} g",
            1000 + i * 37 % 90_000,
        )
        for i in range(MADE_UP)
    ]


def write_csv(path: Path) -> Path:
    """Write the products as a CSV file and return its path."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("barcode", "name", "price"))
    writer.writerows(product_rows())
    path.write_text(text.getvalue(), encoding="utf-8")
    return path
