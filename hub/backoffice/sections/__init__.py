"""The sections of the back office, in the order of the menu."""

from hub.backoffice.section import Section
from hub.backoffice.sections.approvals import APPROVALS
from hub.backoffice.sections.cases import CASES
from hub.backoffice.sections.customers import CUSTOMERS
from hub.backoffice.sections.deeds import DEEDS
from hub.backoffice.sections.devices import DEVICES
from hub.backoffice.sections.goods import PRODUCTS
from hub.backoffice.sections.groupprices import GROUP_PRICES
from hub.backoffice.sections.messages import MESSAGES
from hub.backoffice.sections.orders import ORDERS
from hub.backoffice.sections.people import ROLES, STAFF
from hub.backoffice.sections.promotions import COUPONS, PROMOTIONS
from hub.backoffice.sections.sales import SALES, SHIFTS
from hub.backoffice.sections.stock import STOCK
from hub.backoffice.sections.stores import STORES
from hub.backoffice.sections.taxes import TAXES

SECTIONS: tuple[Section, ...] = (
    PRODUCTS,
    GROUP_PRICES,
    TAXES,
    PROMOTIONS,
    COUPONS,
    SALES,
    ORDERS,
    SHIFTS,
    APPROVALS,
    STOCK,
    CUSTOMERS,
    MESSAGES,
    CASES,
    STORES,
    DEVICES,
    STAFF,
    ROLES,
    DEEDS,
)
