"""The demo shop's stores, staff and customers; the same every time."""

import msgspec

from omnipos.domain.staff import Role


class DemoStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store of the demo shop."""

    code: str
    name: str
    address: str
    phone: str
    tax_number: str
    footer: str


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, with a PIN that is no secret."""

    name: str
    pin: str
    role: Role


class DemoCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A customer; the phone is E.164."""

    name: str
    phone: str
    points: int
    tier: str


ACQUIRER = "Bank Contoh"

STATIC_QR = {
    "ID": (
        "00020101021126620016ID.CO.CONTOH.WWW011893600000000000000102090000000010303UMI51440014ID.CO.QRIS.WWW"
        "0215ID10200000000010303UMI5204541153033605802ID5910TOKO SINAR6007JAKARTA61051011062070703A01"
        "6304291D"
    ),
    "MY": (
        "00020201021126430014A000000615000101069999990211CONTOH000015204541153034585802MY5912KEDAI CAHAYA"
        "6012KUALA LUMPUR63047E08"
    ),
}
"""Standing codes as a bank would give them, but of nobody: no app can pay them."""

STORES = {
    "ID": (
        DemoStore(
            code="S1",
            name="Toko Sinar",
            address="Jl. Melati 5, Jakarta Selatan",
            phone="021-7654321",
            tax_number="01.234.567.8-901.000",
            footer="Terima kasih, sampai jumpa lagi",
        ),
        DemoStore(
            code="S2",
            name="Toko Sinar Bogor",
            address="Jl. Pajajaran 12, Bogor",
            phone="0251-832111",
            tax_number="01.234.567.8-901.001",
            footer="Terima kasih, sampai jumpa lagi",
        ),
    ),
    "MY": (
        DemoStore(
            code="S1",
            name="Kedai Cahaya",
            address="12 Jalan Ampang, Kuala Lumpur",
            phone="03-2141 2345",
            tax_number="W10-1808-32000001",
            footer="Terima kasih, datang lagi",
        ),
        DemoStore(
            code="S2",
            name="Kedai Cahaya Ipoh",
            address="3 Jalan Sultan Idris Shah, Ipoh",
            phone="05-241 2345",
            tax_number="W10-1808-32000001",
            footer="Terima kasih, datang lagi",
        ),
    ),
    "US": (
        DemoStore(
            code="S1",
            name="Corner Light Market",
            address="120 Main Street, Springfield",
            phone="(212) 555-0100",
            tax_number="12-3456789",
            footer="Thank you, see you again",
        ),
        DemoStore(
            code="S2",
            name="Corner Light Market East",
            address="8 East Avenue, Springfield",
            phone="(212) 555-0101",
            tax_number="12-3456789",
            footer="Thank you, see you again",
        ),
    ),
}

_NAMES = {
    "ID": ("Sari", "Dewi", "Budi"),
    "MY": ("Aisyah", "Mei Ling", "Kumar"),
    "US": ("Emma", "Liam", "Olivia"),
}

_FIRST = {
    "ID": "Sarah Budi Citra Dian Eko Fitri Gita Hadi Indah Joko"
    " Kartika Lestari Made Nur Oki Putri Rizky Siti Tono Wulan",
    "MY": "Aisyah Ahmad Farah Hafiz Nurul Siti Wei Mei Jun Hui"
    " Kumar Priya Ravi Devi Amir Zara Izzat Lina Faiz Hana",
    "US": "Sarah James Mary Robert Linda Michael Susan David Karen Daniel"
    " Nancy Paul Laura Mark Emily Brian Anna Kevin Grace Eric",
}
_LAST = {
    "ID": "Wijaya Santoso Pratama Nugroho Hidayat Kusuma Siregar Lubis Halim Gunawan",
    "MY": "Tan Abdullah Lim Rahman Wong Ismail Subramaniam Hassan Lee Nair",
    "US": "Miller Johnson Davis Garcia Wilson Anderson Taylor Moore Clark Lewis",
}
_TIERS = ("Gold", "", "", "Silver", "")


def staff(country: str) -> tuple[DemoPerson, ...]:
    """Return two cashiers and a manager."""
    pins, roles = ("1234", "2345", "9876"), (Role.CASHIER, Role.CASHIER, Role.MANAGER)
    return tuple(
        DemoPerson(name=name, pin=pin, role=role)
        for name, pin, role in zip(_NAMES[country], pins, roles, strict=True)
    )


def customers(country: str) -> tuple[DemoCustomer, ...]:
    """Return 200 customers, no name and no phone twice."""
    first, last = _FIRST[country].split(), _LAST[country].split()
    return tuple(
        DemoCustomer(
            # Every first name meets every family name once: 20 × 10.
            name=f"{first[number % 20]} {last[(number // 20 + number) % 10]}",
            phone=_phone(country, number),
            points=(1240 + number * 37) % 1500,
            tier=_TIERS[number % 5],
        )
        for number in range(200)
    )


_MOBILE = {
    "ID": ("+62", "812 813 821 852 857 878 896"),
    "MY": ("+60", "12 13 16 17 19"),
    "US": ("+1", "212 312 415"),
}


def _phone(country: str, number: int) -> str:
    calling_code, operators = _MOBILE[country]
    operator = operators.split()[number % len(operators.split())]
    if country == "ID":
        rest = (34_567_890 + number * 7_919_317) % 80_000_000 + 10_000_000 if number else 34_567_890
    else:
        rest = 2_345_678 + number * 34_567
    return f"{calling_code}{operator}{rest}"


def as_spoken(phone: str, country: str, way: int) -> str:
    """Return a number in one of the ways people say it; each finds its customer."""
    if country == "US":
        area, exchange, line = phone[2:5], phone[5:8], phone[8:]
        return (phone, f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}")[way % 3]
    national = phone[3:]
    if country == "MY":
        spaced = f"{national[:2]}-{national[2:5]} {national[5:]}"
        return (phone, f"0{spaced}", f"{phone[:3]} {spaced}", phone[1:])[way % 4]
    spaced = f"{national[:-8]}-{national[-8:-4]}-{national[-4:]}"
    return (phone, f"0{spaced}", f"{phone[:3]} {spaced}", phone[1:])[way % 4]
