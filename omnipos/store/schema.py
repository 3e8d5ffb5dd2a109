"""The tables of books.db (precious) and mirror.db (a copy of the hub's data), and their migrations' names."""

MIGRATIONS = {
    "books": {
        "first_books",
        "epochs",
        "answers_given_here",
        "hybrid_clock",
        "stocktakes",
        "archives",
        "lives_answered",
        "savings",
        "shifts",
        "payments",
        "balances_moved",
        "returns",
        "buyers",
        "basket_hops",
        "quotations",
        "news_to_tell",
        "finding_among_many",
    },
    "mirror": {
        "first_mirror",
        "orders_asked_for",
        "exceptions_of_the_store",
        "erasures",
        "places_applied",
        "prices",
        "balances",
        "approvals_of_the_store",
        "baskets_that_move",
        "files_of_their_own",
        "orders_by_number",
    },
}
"""What has been applied to a database that is up to date."""

GUARDED = ("event", "sale", "sale_line", "sale_tender", "stock_movement")
"""Tables whose rows are never changed or removed; triggers refuse both."""

BOOKS_1 = """
CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    device_id TEXT NOT NULL, store_id TEXT NOT NULL, store_code TEXT NOT NULL,
    till_number INTEGER NOT NULL, epoch INTEGER NOT NULL, hub_epoch TEXT NOT NULL
) STRICT;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE event (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL, schema INTEGER NOT NULL, occurred_at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL, shift TEXT NOT NULL, catalogue_rev INTEGER NOT NULL,
    body BLOB NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT;
CREATE TABLE personal (
    personal_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX personal_event ON personal (epoch, seq);
CREATE TABLE outbox (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'acked', 'quarantined')),
    attempts INTEGER NOT NULL DEFAULT 0, next_at_ms INTEGER NOT NULL DEFAULT 0,
    verdict TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (epoch, seq)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (epoch, seq) WHERE state = 'waiting';
CREATE INDEX outbox_quarantined ON outbox (epoch, seq) WHERE state = 'quarantined';
CREATE TABLE sale (
    sale_id TEXT PRIMARY KEY, receipt_number TEXT NOT NULL UNIQUE, number INTEGER NOT NULL,
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, completed_at_ms INTEGER NOT NULL,
    staff_id TEXT NOT NULL, customer_id TEXT NOT NULL, order_id TEXT NOT NULL,
    total_minor INTEGER NOT NULL, tax_minor INTEGER NOT NULL, rounding_minor INTEGER NOT NULL,
    change_minor INTEGER NOT NULL, UNIQUE (epoch, seq)
) STRICT;
CREATE INDEX sale_customer ON sale (customer_id, completed_at_ms) WHERE customer_id <> '';
CREATE TABLE sale_line (
    sale_id TEXT NOT NULL REFERENCES sale (sale_id), position INTEGER NOT NULL,
    product_id TEXT NOT NULL, quantity_milli INTEGER NOT NULL, amount_minor INTEGER NOT NULL,
    tax_code TEXT NOT NULL, tax_minor INTEGER NOT NULL,
    PRIMARY KEY (sale_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE sale_tender (
    sale_id TEXT NOT NULL REFERENCES sale (sale_id), position INTEGER NOT NULL,
    kind TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    PRIMARY KEY (sale_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE stock_movement (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, position INTEGER NOT NULL,
    product_id TEXT NOT NULL, quantity_milli INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (epoch, seq, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX stock_movement_product ON stock_movement (product_id, epoch, seq);
CREATE TABLE basket (
    basket_id TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('open', 'parked')),
    updated_at_ms INTEGER NOT NULL, head BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX basket_open ON basket (state) WHERE state = 'open';
CREATE TABLE basket_line (
    basket_id TEXT NOT NULL REFERENCES basket (basket_id) ON DELETE CASCADE,
    line_id INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (basket_id, line_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE print_job (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, copy INTEGER NOT NULL,
    payload BLOB NOT NULL, state TEXT NOT NULL
        CHECK (state IN ('queued', 'started', 'done', 'failed')),
    error TEXT NOT NULL DEFAULT '', created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX print_job_open ON print_job (state, job_id) WHERE state IN ('queued', 'started');
CREATE TABLE overlay_customer (
    customer_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    digits TEXT NOT NULL, words TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE overlay_order (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, order_id TEXT NOT NULL,
    staff_id TEXT NOT NULL, at_ms INTEGER NOT NULL, fact BLOB NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT;
CREATE INDEX overlay_order_order ON overlay_order (order_id, epoch, seq);
CREATE TABLE sign_in_failure (staff_id TEXT PRIMARY KEY, failures INTEGER NOT NULL) STRICT;
"""

BOOKS_EPOCHS = """
CREATE TABLE epoch (
    epoch INTEGER PRIMARY KEY, device_id TEXT NOT NULL, store_id TEXT NOT NULL,
    store_code TEXT NOT NULL, till_number INTEGER NOT NULL, cause TEXT NOT NULL,
    confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1))
) STRICT;
INSERT INTO epoch SELECT epoch, device_id, store_id, store_code, till_number, 'enrolled', 1 FROM identity;
"""

MIRROR_1 = """
CREATE TABLE product (
    rank INTEGER PRIMARY KEY, product_id TEXT NOT NULL UNIQUE,
    sku TEXT NOT NULL, plu TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX product_sku ON product (sku);
CREATE INDEX product_plu ON product (plu) WHERE plu <> '';
CREATE TABLE barcode (
    code TEXT NOT NULL, product_id TEXT NOT NULL, quantity_milli INTEGER NOT NULL,
    PRIMARY KEY (code, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX barcode_product ON barcode (product_id);
CREATE VIRTUAL TABLE product_search USING fts5 (
    words, content='', detail='none', prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE tax (code TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE customer (
    rank INTEGER PRIMARY KEY, customer_id TEXT NOT NULL UNIQUE,
    digits TEXT NOT NULL, last_four TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX customer_digits ON customer (digits);
CREATE INDEX customer_last_four ON customer (last_four);
CREATE VIRTUAL TABLE customer_search USING fts5 (
    words, content='', detail='none', prefix='1 2 3', tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, number TEXT NOT NULL, collection_code TEXT NOT NULL,
    state TEXT NOT NULL, promised_at_ms INTEGER NOT NULL, customer_id TEXT NOT NULL,
    digits TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX orders_number ON orders (number);
CREATE INDEX orders_code ON orders (collection_code);
CREATE INDEX orders_state ON orders (state, promised_at_ms);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE TABLE stock (
    product_id TEXT NOT NULL, store_id TEXT NOT NULL,
    on_hand_milli INTEGER NOT NULL, held_milli INTEGER NOT NULL,
    PRIMARY KEY (product_id, store_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (staff_id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE shop (store_id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE cursor (
    stream TEXT PRIMARY KEY, cursor TEXT NOT NULL, upto INTEGER NOT NULL,
    applied_epoch INTEGER NOT NULL, applied_seq INTEGER NOT NULL, as_of_ms INTEGER NOT NULL
) STRICT;
"""

MIRROR_ASKED_FOR = """
ALTER TABLE orders ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';
CREATE INDEX orders_asked_by ON orders (order_id) WHERE asked_by <> '';
"""

ANSWERS_GIVEN_HERE = """
CREATE TABLE overlay_exception (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL, answer BLOB NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT;
CREATE INDEX overlay_exception_number ON overlay_exception (number);
CREATE TABLE settled_here (
    kind TEXT NOT NULL, subject TEXT NOT NULL, answer BLOB NOT NULL, PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_job_failed ON print_job (job_id) WHERE state = 'failed';
"""

EXCEPTIONS_OF_THE_STORE = """
CREATE TABLE exception_case (
    number INTEGER PRIMARY KEY, is_open INTEGER NOT NULL, device_id TEXT NOT NULL,
    event_id TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX exception_case_open ON exception_case (number) WHERE is_open = 1;
CREATE INDEX exception_case_event ON exception_case (event_id) WHERE event_id <> '';
"""

HYBRID_CLOCK = """
CREATE TABLE hybrid_clock (
    only INTEGER PRIMARY KEY CHECK (only = 1), wall_ms INTEGER NOT NULL, count INTEGER NOT NULL
) STRICT;
"""

ERASURES = """
CREATE TABLE erased (customer_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""

STOCKTAKES = """
CREATE TABLE stocktake (
    only INTEGER PRIMARY KEY CHECK (only = 1), stocktake_id TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL, seen BLOB NOT NULL
) STRICT;
CREATE TABLE stocktake_line (product_id TEXT PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
"""

PLACES_APPLIED = """
CREATE TABLE place_applied (
    stream TEXT NOT NULL, device_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (stream, device_id, epoch)
) STRICT, WITHOUT ROWID;
"""

PRICES = """
ALTER TABLE product ADD COLUMN family TEXT NOT NULL DEFAULT '';
CREATE INDEX product_family ON product (family) WHERE family <> '';
CREATE TABLE list_price (
    product_id TEXT NOT NULL, customers TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (product_id, customers)
) STRICT, WITHOUT ROWID;
CREATE TABLE promotion (promotion_id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE coupon (code TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
"""

ARCHIVES = """
CREATE TABLE archive (
    number INTEGER PRIMARY KEY, first_epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL,
    last_epoch INTEGER NOT NULL, last_seq INTEGER NOT NULL, events INTEGER NOT NULL,
    hash BLOB NOT NULL, sha256 BLOB NOT NULL
) STRICT;
"""

LIVES_ANSWERED = """
CREATE TABLE life_answered (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, hub_epoch TEXT NOT NULL,
    PRIMARY KEY (epoch, seq, hash, hub_epoch)
) STRICT, WITHOUT ROWID;
"""

SAVINGS = """
ALTER TABLE sale ADD COLUMN saved_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sale_line ADD COLUMN saved_minor INTEGER NOT NULL DEFAULT 0;
CREATE TABLE coupon_use (
    code TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (code, epoch, seq)
) STRICT, WITHOUT ROWID;
"""

SHIFTS = """
CREATE TABLE shift_closed (
    count INTEGER PRIMARY KEY, shift TEXT NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, closed_at_ms INTEGER NOT NULL,
    left_minor INTEGER NOT NULL, report BLOB NOT NULL
) STRICT;
"""

PAYMENTS = """
CREATE TABLE payment (
    payment_id TEXT PRIMARY KEY, basket_id TEXT NOT NULL, asked_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('asked', 'unknown', 'astray', 'approved', 'declined', 'cancelled')),
    body BLOB NOT NULL
) STRICT;
CREATE INDEX payment_open ON payment (asked_at_ms) WHERE state IN ('asked', 'unknown', 'astray');
CREATE INDEX payment_basket ON payment (basket_id);
"""

BALANCES = """
CREATE TABLE account (
    kind TEXT NOT NULL, account_id TEXT NOT NULL, currency TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (kind, account_id, currency)
) STRICT, WITHOUT ROWID;
"""

BALANCES_MOVED = """
CREATE TABLE account_move (
    kind TEXT NOT NULL, account_id TEXT NOT NULL, currency TEXT NOT NULL,
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, source TEXT NOT NULL, amount_minor INTEGER NOT NULL,
    PRIMARY KEY (kind, account_id, currency, epoch, seq, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_move_event ON account_move (epoch, seq);
"""

RETURNS = """
CREATE TABLE sale_back (
    original_id TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (original_id, epoch, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX sale_line_product ON sale_line (product_id);
"""

APPROVALS_OF_THE_STORE = """
CREATE TABLE approval_case (
    approval_id TEXT PRIMARY KEY, state TEXT NOT NULL, at_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX approval_case_state ON approval_case (state, at_ms);
"""

BUYERS = """
CREATE TABLE sale_buyer (sale_id TEXT PRIMARY KEY, personal_id TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""

BASKETS_THAT_MOVE = """
CREATE TABLE basket_news (key TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT;
"""

BASKET_HOPS = """
CREATE TABLE basket_hop (basket_id TEXT PRIMARY KEY, hop INTEGER NOT NULL, stage TEXT NOT NULL) STRICT;
"""

NEWS_TO_TELL = """
CREATE TABLE news_to_tell (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
"""

MIRROR_FILES = """
DROP TABLE product;
DROP TABLE barcode;
DROP TABLE product_search;
DROP TABLE tax;
DROP TABLE list_price;
DROP TABLE promotion;
DROP TABLE coupon;
DROP TABLE customer;
DROP TABLE customer_search;
DROP TABLE erased;
DELETE FROM cursor WHERE stream IN ('catalogue', 'customers');
"""

QUOTATIONS = """
CREATE TABLE quotation (
    number TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, body BLOB
) STRICT;
"""

FINDING_AMONG_MANY = """
CREATE INDEX sale_order ON sale (order_id) WHERE order_id <> '';
CREATE INDEX event_approval ON event (epoch, seq) WHERE type = 'approval_given';
"""

ORDERS_BY_NUMBER = """
DROP INDEX orders_number;
CREATE INDEX orders_number ON orders (number, state, promised_at_ms);
"""
