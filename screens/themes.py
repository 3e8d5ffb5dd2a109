"""The two looks of the counter: one accent colour on calm grounds, dark and light."""

from textual.theme import Theme

DARK = Theme(
    name="counter-dark",
    primary="#4cc2b4",
    accent="#4cc2b4",
    warning="#e0b050",
    error="#f07a72",
    success="#86c98a",
    foreground="#d8dde3",
    background="#14171b",
    surface="#1a1e24",
    panel="#242a32",
    dark=True,
    variables={"dim": "#8b949e", "chosen": "#1f4742"},
)

LIGHT = Theme(
    name="counter-light",
    primary="#00766c",
    accent="#00766c",
    warning="#8a5a00",
    error="#b3261e",
    success="#2e6b33",
    foreground="#1d2329",
    background="#f7f7f4",
    surface="#ffffff",
    panel="#e9eae6",
    dark=False,
    variables={"dim": "#666d74", "chosen": "#bfe3dd"},
)
