"""Cell formats: a number as a spreadsheet shows it; a telephone with its zeros, a date as a date, 1.0 as 1."""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%",
    "14": "d-m-yyyy", "15": "d-m-yyyy", "16": "d-m", "17": "m-yyyy", "18": "h:mm", "19": "h:mm:ss",
    "20": "h:mm", "21": "h:mm:ss", "22": "d-m-yyyy h:mm", "45": "mm:ss", "46": "h:mm:ss", "47": "mm:ss",
}  # fmt: skip
"""The formats that every workbook has without saying so; those of dates follow the machine that shows them."""
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_DATE = re.compile("[ymdhs]", re.IGNORECASE)
_DATE_PART = re.compile("y+|m+|d+|h+|s+|am/pm|a/p", re.IGNORECASE)
_HOLDERS = "0#?"
_LONGEST = 15  # digits that a spreadsheet keeps
_LAST_DAY = 2_958_466


def show(value: str, code: str, *, since_1904: bool = False) -> str:
    """The number *value* by its format *code*; as it is when the two cannot be brought together."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    if abs(number.adjusted()) > _LONGEST:
        return plain_number(number)
    section = code.partition(";")[0]
    bare = _QUOTED.sub("", section)
    if _DATE.search(bare) and "general" not in bare.lower():
        return _as_date(number, section, since_1904=since_1904) or plain_number(number)
    if any(sign in bare for sign in _HOLDERS) and "e+" not in bare.lower() and "/" not in bare:
        return _as_number(number, section)
    return plain_number(number)


def plain_number(number: Decimal) -> str:
    """*number* without the digits that only a machine sees: 0.1 + 0.2 is 0.3, 1.0 is 1."""
    if number == number.to_integral_value() and abs(number) < 10**18:
        return str(int(number))
    rounded = number.normalize()
    if len(rounded.as_tuple().digits) > _LONGEST:
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - _LONGEST + 1)).normalize()
    return format(rounded, "f") if -20 < rounded.adjusted() < 20 else str(rounded)  # noqa: PLR2004


def _as_number(number: Decimal, section: str) -> str:
    """Each digit in the place that the format has for it: `0000-000000`, `00 00 00 00 00`, `0.00`."""
    signs = _signs(section)
    holders = [at for at, (sign, held) in enumerate(signs) if held]
    point = next((at for at, (sign, held) in enumerate(signs) if sign == "." and not held), None)
    whole = [at for at in holders if point is None or at < point]
    parts = len(holders) - len(whole)
    percent = any(sign == "%" for sign, _held in signs)
    grouped = any(sign == "," and not held for sign, held in signs)
    scaled = abs(number * 100 if percent else number)
    rounded = scaled.quantize(Decimal(1).scaleb(-parts), ROUND_HALF_UP)
    digits, _, fraction = f"{rounded:f}".partition(".")
    if grouped:
        return f"{'-' if number < 0 else ''}{int(digits):,}" + (f".{fraction}" if fraction else "")
    return ("-" if number < 0 else "") + _laid_out(signs, whole, digits, fraction)


def _signs(section: str) -> list[tuple[str, bool]]:
    """The signs of a format: which are to be shown as they are, and which (True) hold a digit."""
    signs: list[tuple[str, bool]] = []
    place = 0
    while place < len(section):
        quoted = _QUOTED.match(section, place)
        if quoted:
            text = next((group for group in quoted.groups() if group is not None), "")
            signs += [("\0" + sign, False) for sign in text]
            place = quoted.end()
        else:
            signs.append((section[place], section[place] in _HOLDERS))
            place += 1
    return signs


def _laid_out(signs: list[tuple[str, bool]], whole: list[int], digits: str, fraction: str) -> str:
    least = sum(signs[at][0] == "0" for at in whole)
    digits = digits.lstrip("0").rjust(least, "0")
    extra = max(0, len(digits) - len(whole))
    filled = dict(zip(whole[-len(digits) :] if digits else [], digits[extra:], strict=False))
    rest, text = iter(fraction), ""
    for at, (sign, held) in enumerate(signs):
        if at in whole:
            text += (digits[:extra] if at == whole[0] else "") + filled.get(at, "")
        elif held:
            text += next(rest, "")
        else:
            text += sign.removeprefix("\0")
    return text.strip()


def _as_date(number: Decimal, section: str, *, since_1904: bool) -> str:
    days = number + 1462 if since_1904 else number
    if not 0 <= days < _LAST_DAY:
        return ""
    # Excel believes that 1900 was a leap year: what lies before March 1900 is a day further.
    first = datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)  # noqa: DTZ001, PLR2004
    moment = first + timedelta(seconds=int((days * 86400).to_integral_value(ROUND_HALF_UP)))
    if days < 1:
        return f"{moment:%H:%M}"
    bare = _QUOTED.sub(lambda found: found[1] or found[2] or "", section)
    clock = bool(re.search("h|s", bare, re.IGNORECASE)) and days != int(days)
    return f"{_day(moment, bare)} {moment:%H:%M}" if clock else _day(moment, bare)


def _day(moment: datetime, code: str) -> str:
    """The day as the format orders it; a month by name is told by its number, as nobody knows whose names."""
    order = [found[0].lower() for found in _DATE_PART.findall(code) if found[0].lower() in "ymd"]
    if not order:
        return ""
    years = {"y": f"{moment:%Y}", "m": f"{moment.month}", "d": f"{moment.day}"}
    if re.search("dd", code, re.IGNORECASE):
        years |= {"m": f"{moment:%m}", "d": f"{moment:%d}"}
    sign = "/" if "/" in code else "-"
    return sign.join(dict.fromkeys(years[one] for one in dict.fromkeys(order)))
