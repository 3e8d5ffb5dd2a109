"""Finding products in the mirror: by code at once, by name as one types."""

from collections.abc import Iterator, Sequence
from itertools import islice
from sqlite3 import Connection

import msgspec

from omnipos.domain.barcode import canonical
from omnipos.domain.catalogue import Item, Product
from omnipos.domain.names import search_words
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.domain.tax import Tax

INDEXED_LETTERS = 3
MOST_WORDS = 24
MOST_WORDS_READ = 2000
"""Words with one beginning that are looked for, and that are looked at to find those which came first."""
_decode = msgspec.json.Decoder(Product).decode

_BY_CODE = (
    (
        "SELECT p.body, b.quantity_milli FROM catalogue.barcode b"
        " JOIN catalogue.product p USING (product_id) WHERE b.code = ? ORDER BY p.rank LIMIT 1"
    ),
    f"SELECT body, {PIECE_MILLI} FROM catalogue.product WHERE plu = ? AND plu <> '' LIMIT 1",
    f"SELECT body, {PIECE_MILLI} FROM catalogue.product WHERE sku = ? LIMIT 1",
)


def item_by_code(db: Connection, code: str) -> Item | None:
    """Return the item a barcode, PLU or SKU names, in that order of meaning, or None."""
    written = code.strip()
    for query, key in zip(_BY_CODE, (canonical(written), written.upper(), written.upper()), strict=True):
        row = db.execute(query, [key]).fetchone()
        if row:
            barcode = written if query is _BY_CODE[0] else ""
            return Item(product=_decode(row[0]), barcode=barcode, quantity_milli=row[1])
    return None


def family_named(db: Connection, name: str) -> tuple[Product, ...]:
    """Return the variants of the family with exactly this name, in the order in which they came."""
    rows = db.execute(
        "SELECT body FROM catalogue.product WHERE family = ? AND family <> '' ORDER BY rank", [name]
    )
    return tuple(_decode(body) for (body,) in rows)


def product_by_plu(db: Connection, plu: str) -> Product | None:
    """Return the product that a label's item number names, with or without its leading zeros."""
    bare = plu.lstrip("0") or "0"
    row = db.execute(
        "SELECT body FROM catalogue.product WHERE plu IN (?, ?) AND plu <> '' ORDER BY plu <> ? LIMIT 1",
        (plu, bare, plu),
    ).fetchone()
    return _decode(row[0]) if row else None


def product_by_id(db: Connection, product_id: str) -> Product | None:
    """Return a product by its id."""
    row = db.execute("SELECT body FROM catalogue.product WHERE product_id = ?", [product_id]).fetchone()
    return _decode(row[0]) if row else None


def products_by_name(db: Connection, text: str, limit: int) -> list[Product]:
    """Return products whose names hold all the words typed, each as a beginning, most popular first."""
    return list(islice(matching(db, text), limit))


def matching(db: Connection, text: str) -> Iterator[Product]:
    """Yield the products whose names hold all the words typed, read one by one as they are wanted."""
    # Rows come in order of rank by themselves; ranking them by relevance would visit every match.
    found = found_by_words(
        db,
        "SELECT p.rank, p.body FROM catalogue.product_search s JOIN catalogue.product p ON p.rank = s.rowid"
        " WHERE s.product_search MATCH ? ORDER BY s.rowid",
        "catalogue.product_word",
        text,
    )
    return (_decode(body) for body in found)


def found_by_words(db: Connection, query: str, listed: str, text: str) -> Iterator[bytes]:
    """Yield the bodies of the rows that hold all words of a text, each as a beginning; none for no words.

    `query` gives rank and body of what a full-text query matches, and `listed` names the table of the
    words that there are.
    """
    words = search_words(text)
    if not words:
        return
    seen: set[int] = set()
    for match in _matches(db, listed, words):
        for rank, body in db.execute(query, [match]):
            if rank not in seen:
                seen.add(rank)
                yield body


def _matches(db: Connection, listed: str, words: Sequence[str]) -> Iterator[str]:
    """Yield the full-text queries for some beginnings: the second only where the first may miss rows."""
    parts = [_beginning(db, listed, word) for word in words]
    yield " AND ".join(narrow for narrow, _is_whole in parts)
    if not all(is_whole for _narrow, is_whole in parts):
        yield " AND ".join(f'"{word}"*' for word in words)


def _beginning(db: Connection, listed: str, word: str) -> tuple[str, bool]:
    """Return the query for one beginning of a word, and whether it finds all that there is.

    Beginnings up to three letters have an index of their own. For a longer one the index would put
    together the rows of all words first, a million of them, so it is asked for those words instead:
    each of these gives its rows one by one. The first rows are those of the words that came first.
    """
    if len(word) <= INDEXED_LETTERS:
        return f'"{word}"*', True
    found = db.execute(
        f"SELECT word FROM (SELECT word, first_rank FROM {listed} WHERE word >= ? AND word < ? LIMIT ?)"
        " ORDER BY first_rank LIMIT ?",
        (word, f"{word}\U0010ffff", MOST_WORDS_READ, MOST_WORDS + 1),
    ).fetchall()
    meant = [one for (one,) in found[:MOST_WORDS]] or [word]
    return "(" + " OR ".join(f'"{one}"' for one in meant) + ")", len(found) <= MOST_WORDS


def taxes(db: Connection) -> dict[str, Tax]:
    """Return all taxes by their code."""
    rows = db.execute("SELECT code, body FROM catalogue.tax")
    return {code: msgspec.json.decode(body, type=Tax) for code, body in rows}


class StockFigure(msgspec.Struct, frozen=True, kw_only=True):
    """What is here of one product, in thousandths, and when the hub said so."""

    on_hand_milli: int
    held_milli: int
    as_of_ms: int


def stock_of(db: Connection, store_id: str, product_id: str) -> StockFigure | None:
    """Return the hub's figure plus this till's own movements that it does not contain yet."""
    level = db.execute(
        "SELECT on_hand_milli, held_milli FROM mirror.stock WHERE product_id = ? AND store_id = ?",
        (product_id, store_id),
    ).fetchone()
    if level is None:
        return None
    epoch, seq, as_of = db.execute(
        "SELECT applied_epoch, applied_seq, as_of_ms FROM mirror.cursor WHERE stream = ?",
        [f"stock/{store_id}"],
    ).fetchone() or (0, 0, 0)
    own = db.execute(
        "SELECT coalesce(sum(quantity_milli), 0) FROM stock_movement"
        " WHERE product_id = ? AND (epoch, seq) > (?, ?)",
        (product_id, epoch, seq),
    ).fetchone()[0]
    return StockFigure(on_hand_milli=level[0] + own, held_milli=level[1], as_of_ms=as_of)


def catalogue_revision(db: Connection) -> int:
    """Return the number of the last catalogue change the till has."""
    row = db.execute("SELECT upto FROM catalogue.cursor").fetchone()
    return int(row[0]) if row else 0


def has_products(db: Connection) -> bool:
    """Tell whether there is anything to sell at all."""
    return db.execute("SELECT 1 FROM catalogue.product LIMIT 1").fetchone() is not None
