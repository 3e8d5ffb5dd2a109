"""What the mirror says about prices: lists of customer groups, coupons, and the rules of all baskets."""

from sqlite3 import Connection

import msgspec

from omnipos.domain.catalogue import ListPrice
from omnipos.domain.promotions.book import PromotionBook
from omnipos.domain.promotions.promotion import Coupon, Promotion
from omnipos.domain.tax import Tax
from omnipos.mirroring.files import CATALOGUE
from omnipos.store import catalogue

_decode_list = msgspec.json.Decoder(ListPrice).decode
_decode_promotion = msgspec.json.Decoder(Promotion).decode
_decode_coupon = msgspec.json.Decoder(Coupon).decode


def list_price(db: Connection, product_id: str, group: str) -> ListPrice | None:
    """Return what a product costs for a group of customers, or None where the group has no price of it."""
    row = db.execute(
        "SELECT body FROM catalogue.list_price WHERE product_id = ? AND customers = ?", (product_id, group)
    ).fetchone()
    return _decode_list(row[0]) if row else None


def promotion_by_id(db: Connection, promotion_id: str) -> Promotion | None:
    """Return a promotion, active or not."""
    row = db.execute("SELECT body FROM catalogue.promotion WHERE promotion_id = ?", [promotion_id]).fetchone()
    return _decode_promotion(row[0]) if row else None


def coupon_by_code(db: Connection, code: str) -> Coupon | None:
    """Return a coupon by its code, in whatever case it was typed."""
    row = db.execute("SELECT body FROM catalogue.coupon WHERE code = ?", [code.upper()]).fetchone()
    return _decode_coupon(row[0]) if row else None


def coupon_uses_unseen(db: Connection, code: str) -> int:
    """Return how often this till's own sales used a coupon that the mirror does not count yet."""
    place = db.execute("SELECT applied_epoch, applied_seq FROM catalogue.cursor").fetchone() or (0, 0)
    row = db.execute(
        "SELECT count(*) FROM coupon_use WHERE code = ? AND (epoch, seq) > (?, ?)", (code, *place)
    ).fetchone()
    return int(row[0])


class PriceRules(msgspec.Struct, frozen=True, kw_only=True):
    """What all baskets are priced by: the taxes by code, and the promotions."""

    taxes: dict[str, Tax]
    book: PromotionBook


class RulesKept:
    """The price rules of a mirror, decoded once and again only after the catalogue has changed."""

    def __init__(self) -> None:
        """Begin with nothing decoded."""
        self._db: Connection | None = None
        self._version: tuple[object, ...] = ()
        self._key: tuple[object, ...] = ()
        self._rules = PriceRules(taxes={}, book=PromotionBook())

    def current(self, db: Connection) -> PriceRules:
        """Return the rules as the mirror has them now; two look-ups while nothing was written to it."""
        # Any commit to the catalogue moves its version, unless another file took its place.
        version = (*db.execute("PRAGMA catalogue.data_version").fetchone(), _file(db))
        if db is self._db and version == self._version:
            return self._rules
        key = _catalogue_key(db)
        if db is not self._db or key != self._key:
            self._rules = _read(db)
        self._db, self._version, self._key = db, version, key
        return self._rules


def _file(db: Connection) -> str:
    return next(str(path) for _seq, name, path in db.execute("PRAGMA database_list") if name == CATALOGUE)


def _catalogue_key(db: Connection) -> tuple[object, ...]:
    """Return what differs after every change of the catalogue, and after it was fetched anew."""
    place = db.execute("SELECT upto, cursor FROM catalogue.cursor").fetchone()
    last = db.execute("SELECT max(rowid) FROM catalogue.promotion").fetchone()
    return (*(place or ()), *last, _file(db))


def _read(db: Connection) -> PriceRules:
    promotions = [_decode_promotion(body) for (body,) in db.execute("SELECT body FROM catalogue.promotion")]
    return PriceRules(taxes=catalogue.taxes(db), book=PromotionBook(promotions))
