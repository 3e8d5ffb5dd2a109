"""Code 128 as bars (ISO/IEC 15417), for the picture of a paper; a printer draws its own."""

import re

_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132"
    "122231113222123122123221223211221132221231213212223112312131311222321122321221312212"
    "322112322211212123212321232121111323131123131321112313132113132311211313231113231311"
    "112133112331132131113123113321133121313121211331231131213113213311213131311123311321"
    "331121312113312311332111314111221411431111111224111422121124121421141122141221112214"
    "112412122114122411142112142211241211221114413111241112134111111242121142121241114212"
    "124112124211411212421112421211212141214121412121111143111341131141114113114311411113"
    "411311113141114131311141411131211412211214211232"
)
"""Bar and gap widths of the values 0 to 105, six digits each."""

_STOP = "2331112"
_START_B = 104
_VALUES = re.findall("." * 6, _WIDTHS)


def modules(payload: bytes) -> list[bool]:
    """Return the modules of a Code 128 in code set B, True for a bar; payload as GS k has it (`{B…`)."""
    if payload[:2] != b"{B":
        raise ValueError("only code set B is drawn")
    text = payload[2:].replace(b"{{", b"{")
    if not text or not all(0x20 <= byte < 0x7F for byte in text):
        raise ValueError("code set B holds printable ASCII")
    values = [_START_B, *(byte - 0x20 for byte in text)]
    check = (_START_B + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(_VALUES[value] for value in (*values, check)) + _STOP
    return [place % 2 == 0 for place, width in enumerate(widths) for _module in range(int(width))]
