"""Which file of a mirror a stream fills, and the tables of the files that the hub can make ready."""

from sqlite3 import Connection

CATALOGUE = "catalogue"
CUSTOMERS = "customers"
REST = "mirror"
"""The files of a mirror; each is named after what it is attached as."""

FILES = (REST, CATALOGUE, CUSTOMERS)
READY = (CATALOGUE, CUSTOMERS)
"""Files of one big stream each; the hub makes them ready, so that a till need not insert row by row."""

VERSION = 1
"""Of the tables below. A hub's file of another version is left alone, and pages are pulled instead."""


def kind_of(stream: str) -> str:
    """Return what a stream carries, whichever store's it is."""
    return stream.partition("/")[0]


def file_of(stream: str) -> str:
    """Return the file that a stream fills."""
    return stream if stream in READY else REST


CURSORS = """
CREATE TABLE cursor (
    stream TEXT PRIMARY KEY, cursor TEXT NOT NULL, upto INTEGER NOT NULL,
    applied_epoch INTEGER NOT NULL, applied_seq INTEGER NOT NULL, as_of_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE live (hash INTEGER PRIMARY KEY, number INTEGER NOT NULL) STRICT;
CREATE TABLE checksum (only INTEGER PRIMARY KEY CHECK (only = 1), sum INTEGER) STRICT;
"""

TABLES = {
    CATALOGUE: """
CREATE TABLE product (
    rank INTEGER PRIMARY KEY, product_id TEXT NOT NULL UNIQUE,
    sku TEXT NOT NULL, plu TEXT NOT NULL, body BLOB NOT NULL, family TEXT NOT NULL
) STRICT;
CREATE INDEX product_sku ON product (sku);
CREATE INDEX product_plu ON product (plu) WHERE plu <> '';
CREATE INDEX product_family ON product (family) WHERE family <> '';
CREATE TABLE barcode (
    code TEXT NOT NULL, product_id TEXT NOT NULL, quantity_milli INTEGER NOT NULL,
    PRIMARY KEY (code, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX barcode_product ON barcode (product_id);
CREATE VIRTUAL TABLE product_search USING fts5 (
    words, content='', detail='none', prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE product_word (word TEXT PRIMARY KEY, first_rank INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tax (code TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE list_price (
    product_id TEXT NOT NULL, customers TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (product_id, customers)
) STRICT, WITHOUT ROWID;
CREATE TABLE promotion (promotion_id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE coupon (code TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
""",
    CUSTOMERS: """
CREATE TABLE customer (
    rank INTEGER PRIMARY KEY, customer_id TEXT NOT NULL UNIQUE,
    digits TEXT NOT NULL, last_four TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX customer_digits ON customer (digits);
CREATE INDEX customer_last_four ON customer (last_four);
CREATE VIRTUAL TABLE customer_search USING fts5 (
    words, content='', detail='none', prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE customer_word (word TEXT PRIMARY KEY, first_rank INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE erased (customer_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
""",
}

ROWS = {
    CATALOGUE: (
        "product",
        "barcode",
        "product_search",
        "product_word",
        "tax",
        "list_price",
        "promotion",
        "coupon",
    ),
    CUSTOMERS: ("customer", "customer_search", "customer_word"),
}
"""The tables that a stream fills; who asked to be forgotten is kept beside them."""


def version_of(db: Connection, schema: str = "main") -> int:
    """Return the version of the tables of a file; 0 for a file without any."""
    return int(db.execute(f"PRAGMA {schema}.user_version").fetchone()[0])


def make_tables(db: Connection, file: str) -> None:
    """Make the tables of a new file, all or none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in (CURSORS + TABLES[file]).split(";\n"):
            if statement.strip():
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
