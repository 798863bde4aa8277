"""Register columns: the words in which people write down a stakeholder, and what the law calls them."""

import re
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from notifications.language.words import tables
from portal.manager.register.headings import plain
from portal.manager.register.register_words import register_words
from states.language.languages import LANGUAGES, languages
from states.model.people import Layer

_YES = "ja, j, yes, y, true, waar, 1, x, wel, ✓, ✔, ☑, oui, sí, si, vrai, verdadero"
_NO = "nee, n, no, false, onwaar, 0, niet, geen, ✗, ✘, ☐, non, nein, faux, falso"
_DANGER = (
    "gevaar, risico, kwetsbaar, onveilig, at risk, danger, unsafe",
    "veilig, ok, safe, geen gevaar, no risk",
)
_UNDECIDED = "?, onbekend, unknown, nog bekijken, n.t.b., ntb, tbd"
_LAYERS = {
    "affected": "getroffen, getroffene, getroffenen, betrokkene, betrokkenen, rechtstreeks betrokken, zelf, "
    "direct, directly affected, affected person, affected people, rights holder, rightsholder, rechthebbende",
    "representative": "vertegenwoordiger, vertegenwoordigers, vertegenwoordigend, legitimate representative, "
    "legitieme vertegenwoordiger, representatives, gekozen vertegenwoordiger, elected representative",
    "proxy": "namens, spreekt namens, pleitbezorger, belangenbehartiger, advocate, on behalf of, proxies, indirect",
    "expert": "deskundige, deskundigen, expert, experts, specialist, kenner, adviseur, advisor, overig, other",
}
_CATEGORIES = {
    "ngo": "n.g.o., ngo's, ngos, maatschappelijke organisatie, maatschappelijke organisaties, non-profit, nonprofit, "
    "stichting, civil society, cso, charity, goed doel, actiegroep, campaign, ong, non-governmental organisation, "
    "niet-gouvernementele organisatie",
    "union": "vakbond, vakbonden, vakvereniging, trade union, trade unions, unions, labour union, labor union, "
    "labour organisation, syndicaat, syndicat, sindicato, gewerkschaft, bond",
    "supplier": "leverancier, leveranciers, toeleverancier, producent, producer, fabriek, factory, suppliers, "
    "vendor, manufacturer, cooperatie, coöperatie, cooperative, coop, fournisseur, proveedor",
    "worker": "werknemer, werknemers, medewerker, medewerkers, personeel, or, ondernemingsraad, works council, "
    "workers, employees, employee, staff, arbeider, arbeiders, arbeidsters",
    "community": "gemeenschap, gemeenschappen, omwonenden, bewoners, community, communities, local community, "
    "lokale gemeenschap, inheems volk, indigenous people, buurt",
    "government": "overheid, overheden, ministerie, ministry, gemeente, municipality, government, public authority, "
    "toezichthouder, regulator, ambassade, embassy, overheidsinstelling, provincie",
    "financier": "financier, bank, banken, belegger, beleggers, investeerder, investor, investors, pensioenfonds, "
    "pension fund, verzekeraar, insurer, aandeelhouder, shareholder, financial institution, vermogensbeheerder",
    "customer": "klant, klanten, afnemer, consument, consumer, consumers, customer, customers, buyer, retailer, "
    "winkelketen, opdrachtgever, client",
    "sector-organisation": "brancheorganisatie, branchevereniging, branche, sector, sectororganisatie, koepel, "
    "trade association, industry association, business association, sector organisation, sector organization, "
    "multi-stakeholder initiative, msi, keurmerk",
    "expert": "deskundige, deskundigen, wetenschap, wetenschapper, universiteit, university, academic, academia, "
    "onderzoeker, researcher, kennisinstelling, research institute, adviseur, consultant, expert, science",
}


def handle(text: str) -> str:
    """*text* as a short name of the law: `clean-clothes`."""
    return re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")[:48].strip("-")


def _among(words: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words.split(", "))


@lru_cache(maxsize=1)
def _answers() -> Mapping[str, bool]:
    return {**dict.fromkeys(_among(_NO), False), **dict.fromkeys(_among(_YES), True)}


def yes_or_no(text: str) -> bool | None:
    """Whether *text* says yes or no; None when it says neither."""
    return _answers().get(plain(text))


def danger(text: str) -> bool | None:
    """Whether *text* says that speaking is dangerous: yes and no, or the words for danger and safety."""
    bad, good = (_among(words) for words in _DANGER)
    word = plain(text)
    return True if word in bad else False if word in good else yes_or_no(text)


def is_undecided(text: str) -> bool:
    """Whether *text* says that it is not known yet."""
    return plain(text) in _among(_UNDECIDED)


def _book(name: str, own: Mapping[str, str]) -> Mapping[str, str]:
    """What is said on our pages, what the law says and what people say, each with the word of the law."""
    words = tables()[name]
    told = {plain(words[key][language]): key for key in words for language in LANGUAGES}
    said = {word: key for key, all_ in own.items() for word in _among(all_)}
    return {**said, **told, **{plain(key): key for key in words}}


@lru_cache(maxsize=1)
def _layers() -> Mapping[str, str]:
    return {**_book("layer", _LAYERS), **{layer.value: layer.value for layer in Layer}}


def layer_of(text: str) -> str | None:
    """The layer that *text* means."""
    return _layers().get(plain(text))


@lru_cache(maxsize=1)
def _categories() -> Mapping[str, str]:
    return _book("category", _CATEGORIES)


def category_of(text: str) -> str:
    """The category that *text* means; a word of people's own stands for itself."""
    return _categories().get(plain(text)) or handle(text)


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, str]:
    told: dict[str, str] = {}
    ours = (one.formats for one in languages().values())
    for locale in (*register_words()["locales"]["first"], *ours):
        for code, name in Locale.parse(locale).languages.items():
            told.setdefault(plain(str(name)), code)
    return {**told, **register_words()["languages"]}


def spoken_of(text: str) -> str | None:
    """The code of the language that *text* names, in which we need not have any texts."""
    word = plain(text)
    code = word[:2] if re.fullmatch("[a-z]{2}[-_ ][a-z]{2}", word) else word
    return code if re.fullmatch("[a-z]{2,3}", code) else _languages().get(word)


def read_by_us(text: str) -> str | None:
    """The code of the language that *text* names, when it is one in which we write."""
    code = spoken_of(text)
    code = _languages().get(code, code) if code else None
    return code if code in LANGUAGES else None
