"""Country names: as people write them, in their language, by any code, by the name of before."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale
from babel.core import get_global

from states.language.languages import language_of, languages

_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
_FIRST = ("nl", "en_GB", "en", "fr", "de", "es", "pt", "it")
"""The languages in which registers are mostly written; where two disagree, the first is right."""
_THEN = (
    *(
        "tr",
        "pl",
        "sv",
        "da",
        "nb",
        "fi",
        "is",
        "et",
        "lv",
        "lt",
        "cs",
        "sk",
        "sl",
        "hr",
        "sr",
        "bs",
    ),
    *(
        "sq",
        "mk",
        "bg",
        "ro",
        "hu",
        "el",
        "ru",
        "uk",
        "be",
        "ka",
        "hy",
        "az",
        "kk",
        "uz",
        "ky",
        "mn",
    ),
    *(
        "ar",
        "he",
        "fa",
        "ur",
        "ps",
        "hi",
        "bn",
        "ta",
        "te",
        "ml",
        "kn",
        "gu",
        "mr",
        "pa",
        "si",
        "ne",
    ),
    *(
        "my",
        "km",
        "lo",
        "th",
        "vi",
        "id",
        "ms",
        "fil",
        "zh",
        "zh_Hant",
        "ja",
        "ko",
        "am",
        "sw",
        "so",
    ),
    *("ca", "gl", "eu", "cy", "ga", "af", "mt", "lb", "fy", "ha", "yo", "ig", "zu", "rw"),
)
_USUAL = {
    "GB": "uk, engeland, england, groot-brittannië, great britain, britain, schotland, scotland, wales, "
    "noord-ierland, northern ireland, angleterre, vk, gb-eng",
    "US": "usa, u.s.a., u.s., vs, amerika, america, verenigde staten van amerika, united states of america, états-unis",
    "NL": "holland, nederlanden, pays-bas, niederlande, koninkrijk der nederlanden",
    "TR": "turkey, turkije, türkei, turquie",
    "MM": "burma, birma, birmanie, myanmar (burma)",
    "SZ": "swaziland, eswatini",
    "CI": "ivory coast, ivoorkust, côte d'ivoire, elfenbeinküste",
    "CZ": "czech republic, tsjechië, tsjechische republiek, czechia",
    "HK": "hong kong, hongkong",
    "MO": "macau, macao",
    "KR": "korea, south korea, zuid-korea, republic of korea, rok",
    "KP": "north korea, noord-korea, dprk",
    "CN": "prc, people's republic of china, volksrepubliek china, mainland china",
    "TW": "taiwan, republic of china, chinees taipei, chinese taipei",
    "CG": "congo, congo-brazzaville, republic of the congo, republiek congo",
    "CD": "drc, dr congo, drcongo, congo-kinshasa, zaire, zaïre, democratic republic of the congo, "
    "democratische republiek congo, rdc",
    "PS": "palestina, palestine, palestijnse gebieden, palestinian territories, gaza, westelijke jordaanoever, "
    "west bank",
    "XK": "kosovo",
    "MK": "macedonië, macedonia, fyrom, noord-macedonië",
    "LK": "ceylon",
    "BD": "bangla desh",
    "VN": "viet nam",
    "KH": "kampuchea",
    "LA": "laos",
    "TL": "oost-timor, east timor",
    "CV": "kaapverdië, cape verde",
    "BF": "opper-volta, upper volta",
    "BJ": "dahomey",
    "ZW": "rhodesië, rhodesia",
    "TH": "siam",
    "IR": "iran, perzië, persia, islamic republic of iran",
    "RU": "rusland, russia, russische federatie, russian federation",
    "SY": "syrië, syria, syrian arab republic",
    "MD": "moldavië, moldova",
    "BY": "wit-rusland, belarus, white russia",
    "VA": "vaticaan, vatican",
    "AE": "vae, uae, emiraten, emirates, dubai, abu dhabi",
    "SA": "ksa",
    "BO": "bolivia",
    "VE": "venezuela",
    "TZ": "tanzania",
    "ID": "nederlands-indië",
    "SR": "suriname, surinam",
    "CW": "curacao",
    "IE": "eire, republic of ireland, ierse republiek",
    "DE": "brd, bundesrepublik",
    "GE": "georgië, georgia",
    "BA": "bosnië, bosnia",
    "GM": "gambia",
    "PH": "filippijnen, philippines",
    "PG": "png",
    "ZA": "rsa, zuid-afrika",
}
"""Names that people use and CLDR leaves out; those that mean a part stand for the whole of which it is one."""
_PLACE = re.compile(r"\s*[(\[,/].*$")
_ARTICLE = re.compile(
    r"^(the|de|het|la|le|les|los|las|el|die|der|republic of|republiek|republic|rep)\s+"
)


@lru_cache(maxsize=32)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """The codes and names of all countries, by name in *language*."""
    found = _names(languages()[language_of(language)].formats).items()
    return tuple(sorted(found, key=lambda item: _bare(item[1])))


@lru_cache(maxsize=128)
def _names(locale: str) -> Mapping[str, str]:
    return {
        code: str(name)
        for code, name in Locale.parse(locale).territories.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
    }


def country_of(text: str) -> str | None:
    """The ISO code of the country that *text* names."""
    readings = [one for one in dict.fromkeys(_readings(text)) if one]
    near = (_told().get(one) for one in readings)
    return next(filter(None, near), None) or next(
        filter(None, (_told_elsewhere().get(one) for one in readings)), None
    )


def _readings(text: str) -> Iterator[str]:
    """*text* itself, then without an article, then without the place that stands behind it."""
    bare = _bare(text)
    for one in (bare, _PLACE.sub("", bare)):
        yield _letters(one)
        yield _letters(_ARTICLE.sub("", one))


def _bare(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text.replace("’", "'"))
    kept = "".join(sign for sign in marked if not "\u0300" <= sign <= "\u036f")
    return " ".join(kept.split()).casefold()


def _letters(text: str) -> str:
    """*text* without blanks, hyphens and full stops: Viet Nam is Vietnam, U.S.A. is USA."""
    return "".join(
        sign for sign in text if sign.isalpha() or unicodedata.category(sign) in {"Mn", "Mc"}
    )


@lru_cache(maxsize=1)
def _told() -> Mapping[str, str]:
    """Codes first, then usual names, then the names of each language in turn."""
    codes = {code.casefold(): code for code in _names("en")}
    usual = {
        _letters(_bare(name)): code for code, all_ in _USUAL.items() for name in all_.split(", ")
    }
    return {**_in(_FIRST), **_former(), **usual, **codes}


def _in(locales: tuple[str, ...]) -> dict[str, str]:
    told: dict[str, str] = {}
    for locale in locales:
        for code, name in _names(locale).items():
            told.setdefault(_letters(_bare(name)), code)
    return told


@lru_cache(maxsize=1)
def _told_elsewhere() -> Mapping[str, str]:
    return _in(_THEN)


def _former() -> dict[str, str]:
    """CLDR's aliases: codes of three letters, and codes of countries that are called otherwise now."""
    known = _names("en")
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    return {
        alias.casefold(): codes[0]
        for alias, codes in aliases.items()
        if alias.isalpha() and codes and codes[0] in known
    }
