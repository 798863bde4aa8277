"""Register headings: the words in which people keep them, and what the law calls each."""

import re
import unicodedata
from dataclasses import dataclass

from states.language.catalogue import N_, translate
from states.language.languages import LANGUAGES
from states.values.characters import visible_text


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is known of a stakeholder: its name in the law, its heading, and other headings we accept."""

    name: str
    source: str
    """The heading, as the catalogue knows it."""
    other: str = ""
    """Separated by commas."""

    def heading(self, language: str) -> str:
        """The heading in *language*."""
        return translate("pages", language, self.source)

    @property
    def known_as(self) -> set[str]:
        """All headings under which it is understood, as `heading_of` brings them together."""
        ours = (self.heading(language) for language in LANGUAGES)
        words = (self.name, *ours, *self.other.split(","))
        return {heading_of(word) for word in words if word.strip()}


COLUMNS = (
    Column("id", N_("reference"), "code, id, ref, sleutel, key"),
    Column(
        "name",
        N_("name"),
        "contactpersoon, contact, persoon, person, contact person, naam contactpersoon, contact name, "
        "volledige naam, full name, fullname, name contact, naam persoon, display name, nom, nombre, ansprechpartner, "
        "vertegenwoordigd door, represented by, contact naam, naam contact, name of contact, name of contact person, "
        "voor- en achternaam, first and last name, naam deelnemer",
    ),
    Column(
        "organisation",
        N_("organisation"),
        "organization, organisatienaam, naam organisatie, organisation name, organization name, bedrijf, "
        "bedrijfsnaam, company, company name, stakeholder, stakeholders, stakeholdernaam, stakeholder name, partij, "
        "instelling, instantie, werkgever, employer, entity, organisme, empresa, firma, organización, org, orgnaam, "
        "naam stakeholder, naam van de organisatie, name of organisation, name of organization, naam bedrijf, "
        "name of company, organisatie of bedrijf, organisation or company, vereniging, association",
    ),
    Column(
        "category",
        N_("kind"),
        "soort organisatie, type, categorie, category, type organisatie, type of organisation, organisation type, "
        "organization type, stakeholder type, type stakeholder, soort stakeholder, stakeholdersoort, "
        "stakeholdergroep, stakeholder group, stakeholder category, groep, group, sector, doelgroep, type actor, "
        "actor type, soort partij, type partij, kind of organisation, kind of organization, stakeholdercategorie, "
        "categorie stakeholder, belangengroep, interest group",
    ),
    Column(
        "country",
        N_("country"),
        "country region, land van vestiging, vestigingsland, pays, país, staat, nation, landnaam, country name, "
        "landcode, country code, land organisatie, country of organisation, country of residence, woonland, based in",
    ),
    Column(
        "layer",
        N_("layer"),
        "level, niveau, hoe dichtbij, nabijheid, closeness, proximity, betrokkenheid, rol aan tafel",
    ),
    Column(
        "speaks_for",
        N_("speaks for"),
        "risico's, risicos, risks, risico, risk, spreekt namens, speaks on behalf of",
    ),
    Column(
        "critical", N_("critical"), "kritische partij, critical voice, kritische stem, criticus"
    ),
    Column(
        "at_risk", N_("at risk"), "gevaar, risico voor spreker, loopt risico, kwetsbaar, vulnerable"
    ),
    Column(
        "email",
        N_("e-mail"),
        "email, mail, e-mailadres, email address, e-mail adres, mailadres, emailadres, e-mail address, e-mail 1, "
        "e-mail 1 value, e-mail 1 address, primary email, email primary, adresse e-mail, courriel, correo, "
        "correo electrónico, e-mail werk, work email, zakelijk e-mailadres, mail adres, mail address, contact email, "
        "email contact, e-mail contactpersoon, emailadres contactpersoon, e-mailadres contactpersoon, email id, "
        "electronic mail, business email",
    ),
    Column(
        "phone",
        N_("phone"),
        "tel, telephone, telefoonnummer, telefoonnr, tel nr, telnr, phone number, phone 1, phone 1 value, mobiel, "
        "mobile, mobiele telefoon, mobile phone, gsm, 06, téléphone, teléfono, telefonnummer, whatsapp, mobiel nummer, "
        "mobiele nummer, mobile number, cell, cell phone, telephone number, phone no, phone nr, tel no, contact phone, "
        "contactnummer, contact number, telefoon contactpersoon, telefoon werk, work phone, business phone",
    ),
    Column(
        "postal_address",
        N_("postal address"),
        "adres, address, postal, adres post, correspondentieadres, mailing address, bezoekadres, adresse postale, "
        "dirección postal, postanschrift",
    ),
    Column(
        "safe_hours",
        N_("safe hours"),
        "veilig bellen, bereikbaar, belbaar, wanneer bellen, beltijden, safe time, safe times, when to call, "
        "best time to call, call hours",
    ),
    Column("time_zone", N_("time zone"), "timezone, tz, zone, fuseau horaire, zeitzone"),
    Column(
        "language",
        N_("language"),
        "taal van de brieven, leest, reads, voorkeurstaal, preferred language, correspondentietaal, letter language, "
        "taalvoorkeur, language preference, brieftaal, schrijftaal, written language, taal correspondentie, "
        "language of letters, correspondence language, lang",
    ),
)
FIRST, BETWEEN, LAST = PARTS = (
    Column(
        "first_name", N_("first name"), "given name, roepnaam, prénom, vorname, firstname, forename"
    ),
    Column("between", N_("middle name"), "tussenvoegsels, voorvoegsel, tussen, middlename"),
    Column(
        "last_name",
        N_("last name"),
        "family name, surname, familienaam, geslachtsnaam, nachname, lastname",
    ),
)
"""What makes up a name in registers that keep its parts apart."""
SPOKEN = Column(
    "spoken",
    N_("spoken language"),
    "voertaal, omgangstaal, gesproken taal, spreekt, speaks, language spoken, languages spoken, talen, languages, "
    "moedertaal, mother tongue, native language, communicatietaal, contacttaal, communication language, "
    "working language, gesprekstaal, idioma, langue, sprache",
)
"""What somebody speaks: they are written to in it where we write it, and else as others of their country are."""
BESIDE = (*PARTS, SPOKEN)
"""Columns that are understood, and are no field of the law by themselves."""


def plain(text: str) -> str:
    """*text* without capitals, accents, double blanks and typographic apostrophes, to compare words by."""
    bare = unicodedata.normalize("NFKD", visible_text(text).replace("’", "'"))
    # Marks of other scripts are vowels: without them two names would be one.
    kept = "".join(c for c in bare if not "\u0300" <= c <= "\u036f")
    return re.sub(r"[\s_]+", " ", kept).strip().casefold()


def heading_of(text: str) -> str:
    """A heading as headings are compared: letters and digits alone, without what stands in brackets behind it."""
    bare = plain(text)
    short = re.sub(r"[(\[].*$", "", bare)
    return "".join(re.findall(r"\w", short or bare)).replace("_", "")
