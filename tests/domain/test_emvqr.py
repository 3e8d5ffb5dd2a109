"""Payment QR codes: every published sample is read to the character; nothing broken is ever drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnipos.domain.emvqr import (
    Field,
    PaymentQr,
    QrScheme,
    checked_static,
    crc16,
    read_payload,
    with_amount,
    written,
)
from omnipos.domain.errors import QrRefused

EMVCO = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST"
    " TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A600866"
    "70902ME91320016A0112233449988770708123456786304A13A"
)
QRIS_STATIC = (
    "00020101021126610014COM.GO-JEK.WWW01189360091430425684560210G0425684560303UMI51440014ID.CO.QRIS.WWW0215"
    "ID10254504507270303UMI5204866153033605802ID5912Ark Of Grace6005BOGOR61051614362070703A01630470DE"
)
DUITNOW_STATIC = (
    "00020201021126420014A000000615000101066033460210MD001295465204939953034585802MY5913MASJID "
    "NEGARA6002MY627303251704936237869008996045430052017072988178750084448071617049359619050076304FD9C"
)
QRIS_41190 = (
    "00020101021226620016ID.CO.CONTOH.WWW011893600000000000000102090000000010303UMI51440014ID.CO.QRIS.WWW0215"
    "ID10200000000010303UMI5204541153033605405411905802ID5910TOKO SINAR6007JAKARTA61051011062070703A01"
    "6304FEFA"
)
DUITNOW_1333 = (
    "00020201021226430014A000000615000101069999990211CONTOH00001520454115303458540513.335802MY5911KEDAI"
    " SINAR6012KUALA LUMPUR6304CF74"
)
SAMPLES = (EMVCO, QRIS_STATIC, DUITNOW_STATIC, QRIS_41190, DUITNOW_1333)


def test_the_check_sum_is_ccitt_false() -> None:
    assert crc16("123456789") == "29B1"
    assert crc16("") == "FFFF"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (EMVCO, (QrScheme.OTHER, False, "", "BEST TRANSPORT", "BEIJING", "23.72", None)),
        (QRIS_STATIC, (QrScheme.QRIS, True, "IDR", "Ark Of Grace", "BOGOR", "", None)),
        (DUITNOW_STATIC, (QrScheme.DUITNOW, True, "MYR", "MASJID NEGARA", "MY", "", None)),
        (QRIS_41190, (QrScheme.QRIS, False, "IDR", "TOKO SINAR", "JAKARTA", "41190", 41_190)),
        (DUITNOW_1333, (QrScheme.DUITNOW, False, "MYR", "KEDAI SINAR", "KUALA LUMPUR", "13.33", 1_333)),
    ],
)
def test_a_published_sample_is_read_whole(payload: str, said: tuple[object, ...]) -> None:
    code = read_payload(payload)
    told = (code.scheme, code.is_static, code.currency, code.merchant, code.city, code.amount)
    assert (*told, code.amount_minor) == said
    assert code.text == payload
    assert written(code.fields) == payload


@pytest.mark.parametrize(
    ("payload", "merchant_id", "terminal"),
    [
        (EMVCO, "", "A6008667"),
        (QRIS_STATIC, "ID1025450450727", "A01"),
        (DUITNOW_STATIC, "MD00129546", "1704935961905007"),
        (QRIS_41190, "ID1020000000001", "A01"),
        (DUITNOW_1333, "CONTOH00001", ""),
    ],
)
def test_the_merchants_own_ids_are_read(payload: str, merchant_id: str, terminal: str) -> None:
    code = read_payload(payload)
    assert (code.merchant_id, code.terminal) == (merchant_id, terminal)


def test_lengths_count_characters_and_the_check_sum_bytes() -> None:
    fields = {field.tag: field.value for field in read_payload(EMVCO).fields}
    assert fields["64"] == "0002ZH0104最佳运输0202北京"
    assert (len(fields["64"]), len(fields["64"].encode())) == (20, 32)


@pytest.mark.parametrize("payload", SAMPLES)
def test_copied_with_space_around_it_is_the_same_code(payload: str) -> None:
    assert read_payload(f"\n {payload}\r\n").text == payload


@given(st.sampled_from(SAMPLES), st.data())
def test_no_changed_sign_passes(payload: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.characters(exclude_characters=payload[at], exclude_categories=("Cs",)))
    changed = payload[:at] + other + payload[at + 1 :]
    if changed.strip() == payload or changed[:-4] + changed[-4:].upper() == payload:
        return
    with pytest.raises(QrRefused):
        read_payload(changed)


@given(st.sampled_from(SAMPLES), st.data())
def test_no_part_of_a_code_passes(payload: str, data: st.DataObject) -> None:
    with pytest.raises(QrRefused):
        read_payload(payload[: data.draw(st.integers(0, len(payload) - 1))])


@given(st.text(max_size=80))
def test_no_other_text_is_a_payment_code(text: str) -> None:
    with pytest.raises(QrRefused):
        read_payload(text)


VALUES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=25)


@given(merchant=VALUES, city=VALUES, account=VALUES, minor=st.integers(1, 10**9))
def test_what_is_written_is_read_back(merchant: str, city: str, account: str, minor: int) -> None:
    fields = (
        *(
            Field("00", "01"),
            Field("01", "11"),
            Field("26", account),
            Field("52", "5411"),
            Field("53", "458"),
        ),
        *(Field("58", "MY"), Field("59", merchant), Field("60", city)),
    )
    code = read_payload(written(fields))
    assert (code.merchant, code.city, code.currency, code.amount_minor) == (merchant, city, "MYR", None)
    asking = with_amount(code, minor)
    assert (asking.amount_minor, asking.is_static) == (minor, False)
    assert _without(asking, "01", "54", "63") == _without(code, "01", "54", "63")


def _without(code: PaymentQr, *tags: str) -> list[Field]:
    return [field for field in code.fields if field.tag not in tags]


def test_a_sum_put_into_a_static_code_changes_nothing_else() -> None:
    code = read_payload(QRIS_STATIC)
    asking = with_amount(code, 41_190)
    assert asking.text == (
        QRIS_STATIC[:-8].replace("010211", "010212", 1).replace("5303360", "5303360540541190") + "6304E622"
    )
    assert asking.amount_minor == 41_190
    assert with_amount(read_payload(DUITNOW_STATIC), 1_330).amount == "13.30"


@pytest.mark.parametrize(("payload", "minor"), [(QRIS_41190, 5), (QRIS_STATIC, 0), (QRIS_STATIC, 10**13)])
def test_no_sum_goes_where_none_fits(payload: str, minor: int) -> None:
    with pytest.raises(QrRefused):
        with_amount(read_payload(payload), minor)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("", "There is no QR code here"),
        ("https://example.org/pay", "one begins with 000201"),
        (QRIS_STATIC[:-8], "does not end with its check sum"),
        (QRIS_STATIC[:40], "broken after 12 characters"),
        (QRIS_STATIC.replace("BOGOR", "BOGOT"), "check sum of the QR code is wrong"),
        ("00020101021\x07", "signs that cannot be seen"),
        ("0002" + "1" * 600, "too long"),
    ],
)
def test_a_broken_code_is_refused_with_its_reason(payload: str, reason: str) -> None:
    with pytest.raises(QrRefused, match=reason):
        read_payload(payload)


@pytest.mark.parametrize(
    ("drop", "add", "reason"),
    [
        (("59",), (), "missing: 59"),
        (("26", "51"), (), "missing: 26–51"),
        ((), (Field("59", "ANOTHER"),), "says something twice"),
        (("01",), (Field("01", "13"),), "neither that it is used once"),
        ((), (Field("54", "1,5"),), "The sum in the QR code cannot be read: 1,5"),
        ((), (Field("54", "0"),), "cannot be read"),
        ((), (Field("54", "10.50"),), "cannot be read"),
    ],
)
def test_a_code_with_a_right_check_sum_must_also_make_sense(
    drop: tuple[str, ...], add: tuple[Field, ...], reason: str
) -> None:
    fields = tuple(field for field in read_payload(QRIS_STATIC).fields if field.tag not in drop)
    with pytest.raises(QrRefused, match=reason):
        read_payload(written((*fields, *add)))


def test_only_a_standing_code_in_the_shops_money_is_the_shops_own() -> None:
    assert checked_static(QRIS_STATIC, "IDR").merchant == "Ark Of Grace"
    fixed = written((*read_payload(QRIS_STATIC).fields, Field("54", "500")))
    for payload, money, reason in (
        (QRIS_41190, "IDR", "for one payment only"),
        (fixed, "IDR", "one fixed sum"),
        (QRIS_STATIC, "MYR", "The QR code is in IDR, but the shop's money is MYR"),
        (EMVCO, "IDR", "for one payment only"),
    ):
        with pytest.raises(QrRefused, match=reason):
            checked_static(payload, money)
