"""Fifty thousand people who shop, and what shops write down about them: shared devices, family phones, typing errors.

Every message carries the person it is really about, which nothing but the comparison reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from stdnum.cl import rut

FIRST = [
    "María",
    "José",
    "Juan",
    "Camila",
    "Antonia",
    "Sofía",
    "Martina",
    "Benjamín",
    "Vicente",
    "Matías",
    "Martín",
    "Joaquín",
    "Isidora",
    "Florencia",
    "Catalina",
    "Javiera",
    "Diego",
    "Sebastián",
    "Francisca",
    "Constanza",
    "Valentina",
    "Ignacio",
    "Felipe",
    "Nicolás",
    "Tomás",
    "Agustín",
    "Renata",
    "Emilia",
    "Josefa",
    "Trinidad",
    "Ana",
    "Luis",
    "Carlos",
    "Jorge",
    "Manuel",
    "Patricia",
    "Claudia",
    "Carolina",
    "Andrea",
    "Marcela",
    "Rodrigo",
    "Cristián",
    "Mauricio",
    "Paola",
    "Lorena",
    "Gabriel",
]
SURNAMES = [
    "González",
    "Muñoz",
    "Rojas",
    "Díaz",
    "Pérez",
    "Soto",
    "Contreras",
    "Silva",
    "Martínez",
    "Sepúlveda",
    "Morales",
    "Rodríguez",
    "López",
    "Fuentes",
    "Hernández",
    "Torres",
    "Araya",
    "Flores",
    "Espinoza",
    "Valenzuela",
    "Castillo",
    "Ramírez",
    "Reyes",
    "Gutiérrez",
    "Castro",
    "Vargas",
    "Álvarez",
    "Vásquez",
    "Tapia",
    "Fernández",
    "Sánchez",
    "Carrasco",
    "Gómez",
    "Cortés",
    "Herrera",
    "Núñez",
    "Jara",
    "Vergara",
    "Rivera",
    "Figueroa",
    "Riquelme",
    "García",
    "Bravo",
    "Vera",
    "Molina",
    "Vega",
    "Campos",
    "Olivares",
]
CITIES = (
    "Santiago",
    "Valparaíso",
    "Concepción",
    "La Serena",
    "Antofagasta",
    "Temuco",
    "Rancagua",
    "Talca",
    "Arica",
)
MAIL = ("gmail.com", "hotmail.com", "outlook.cl", "yahoo.es", "vtr.net")
NOBODY_MAILS = ("no@tiene.cl", "sincorreo@correo.cl", "test@test.cl", "noreply@tienda.cl", "null", "n/a")
NOBODY_PHONES = ("000000000", "999999999", "+56900000000", "0000", "111111111")
NOBODY_RUTS = ("11111111-1", "22222222-2", "1-9")
NOBODY_IDS = ("0000", "0", "null", "N/A", "9999999")
MISTYPED_MAIL = {
    "gmail.com": "gmial.com",
    "hotmail.com": "hotmial.com",
    "outlook.cl": "outlok.cl",
    "vtr.net": "vtr.ne",
}
START = datetime(2025, 11, 3, 12, tzinfo=UTC)


@dataclass
class Human:
    """One person of the truth, and what identifies them."""

    number: int
    first: str
    surname: str
    born: date
    city: str
    rut: str
    mails: list[str]
    phone: str
    family_phone: str
    devices: list[str]
    customer: str
    loyalty: str
    firm_mail: str = ""
    names: dict[str, str] = field(default_factory=dict)


class Message(NamedTuple):
    """What one source wrote down once; ``about`` is the number of the human it is really about."""

    about: int
    source: str
    identifiers: tuple[tuple[str, str], ...]
    attributes: dict[str, str]
    at: datetime


def humans(count: int, seed: int) -> list[Human]:
    """Families of one to five who share a name, a city, a phone and now and then a device; one home in fifty has twins.
    One human in twenty-five also buys for a firm, with a mail address that a few colleagues write down as well."""
    random, made = Random(seed), list[Human]()
    while len(made) < count:
        surname = f"{random.choice(SURNAMES)} {random.choice(SURNAMES)}"
        home = (random.choice(CITIES), _phone(random), f"dev-h{len(made)}")
        made += [
            _human(random, len(made) + n, surname, home)
            for n in range(random.choice((1, 1, 1, 2, 2, 3, 4, 5)))
        ]
        if random.random() < 0.02:
            made.append(_human(random, len(made), surname, home))
            made[-1].born = made[-2].born
    for human in random.sample(made, len(made) // 25):
        human.firm_mail = f"compras@firma{random.randrange(1 + len(made) // 150)}.cl"
    return made[:count]


def _human(random: Random, number: int, surname: str, home: tuple[str, str, str]) -> Human:
    first = random.choice(FIRST)
    born = date(1945, 1, 1) + timedelta(days=random.randrange(22_000))
    plain = f"{_plain(first)}.{_plain(surname.split(maxsplit=1)[0])}"
    mails = [f"{plain}{number if random.random() < 0.9 else random.randrange(99)}@{random.choice(MAIL)}"]
    if random.random() < 0.15:
        mails.append(
            f"{_plain(first)[:1]}{_plain(surname.split(maxsplit=1)[0])}{number}@{random.choice(MAIL)}"
        )
    digits = str(6_000_000 + number * 7 + random.randrange(7))
    devices = [f"dev-{number}-{n}" for n in range(random.choice((1, 1, 2)))]
    if random.random() < 0.3:
        devices.append(home[2])
    return Human(
        number, first, surname, born, home[0], digits + rut.calc_check_digit(digits), mails, _phone(random), home[1],
        devices, f"W{number}", f"L{number:07d}", names={"first_name": first, "last_name": surname},
    )  # fmt: skip


def _plain(word: str) -> str:
    return word.lower().translate(str.maketrans("áéíóúñ", "aeioun"))


def _phone(random: Random) -> str:
    return f"+569{random.randrange(10_000_000, 99_999_999)}"


def messages(people: list[Human], seed: int) -> Iterator[Message]:
    """Nine months of them in the order they are told: each human uses some of the channels, some of them often."""
    random = Random(seed + 1)
    told = []
    for human in people:
        for writer in (_web, _web, _till, _till, _call, _chat, _newsletter, _marketplace):
            if random.random() < 0.45:
                at = START + timedelta(minutes=random.randrange(400_000))
                told.append(writer(random, human, people, at))
    told.sort(key=lambda message: message.at)
    yield from told


def _web(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    """Signed in on an own device, on the family's, or on a store's tablet that hundreds use."""
    device = f"tablet-{random.randrange(40)}" if random.random() < 0.04 else random.choice(human.devices)
    if random.random() < 0.3:
        return Message(human.number, "web", (("anonymous", device),), {}, at)
    customer = human.customer if random.random() > 0.004 else random.choice(NOBODY_IDS)
    ids = (("customer", customer), ("anonymous", device), ("email", _mail(random, human, people)))
    return Message(human.number, "web", ids, _names(random, human), at)


def _till(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    """A clerk asks for the RUT, or the loyalty card, and a phone; what is missing gets a filler."""
    ids = []
    if random.random() < 0.8:
        ids.append(("national_id", _rut(random, human, people)))
    if random.random() < 0.4 or not ids:
        ids.append(("loyalty", human.loyalty if random.random() > 0.005 else random.choice(NOBODY_IDS)))
    if random.random() < 0.5:
        ids.append(("phone", _number(random, human, people)))
    if random.random() < 0.3:
        ids.append(("email", _mail(random, human, people)))
    return Message(human.number, "pos", tuple(ids), _names(random, human), at)


def _call(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    ids = [("phone", _number(random, human, people))]
    if random.random() < 0.6:
        ids.insert(0, ("national_id", _rut(random, human, people)))
    if random.random() < 0.4:
        ids.append(("email", _mail(random, human, people)))
    return Message(human.number, "callcentre", tuple(ids), _names(random, human), at)


def _chat(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    """WhatsApp; some hide their phone and are known by an id of the business alone."""
    hidden = ("whatsapp.bsuid", f"CL.{10_000_000 + human.number}")
    ids = (hidden,) if random.random() < 0.3 else (hidden, ("phone", human.phone))
    return Message(human.number, "whatsapp", ids, {}, at)


def _newsletter(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    return Message(human.number, "newsletter", (("email", _mail(random, human, people)),), {}, at)


def _marketplace(random: Random, human: Human, people: list[Human], at: datetime) -> Message:
    ids = [("marketplace.buyer", f"M{human.number}")]
    if random.random() < 0.3:
        ids.append(("phone", human.phone))
    return Message(human.number, "marketplace", tuple(ids), _names(random, human), at)


def _mail(random: Random, human: Human, people: list[Human]) -> str:
    """Mostly right; else a filler, a typing error, the partner's, the firm's, or the same mailbox written otherwise."""
    right, luck = random.choice(human.mails), random.random()
    if human.firm_mail and luck > 0.7:
        return human.firm_mail
    if luck > 0.97:
        return _otherwise(random, right)
    if luck < 0.02:
        return random.choice(NOBODY_MAILS)
    if luck < 0.05:
        return _mistyped(random, right)
    if luck < 0.06:
        return people[max(0, human.number - 1)].mails[0]
    return right.upper() if luck < 0.08 else right


def _otherwise(random: Random, mail: str) -> str:
    """A domain with a slip of the pen, a plus, or the dots that some servers do not read."""
    name, _at, domain = mail.partition("@")
    way = random.randrange(3)
    if way == 0:
        return f"{name}@{MISTYPED_MAIL.get(domain, domain)}"
    return f"{name}+compras@{domain}" if way == 1 else f"{name.replace('.', '')}@{domain}"


def _number(random: Random, human: Human, people: list[Human]) -> str:
    luck = random.random()
    if luck < 0.03:
        return random.choice(NOBODY_PHONES)
    if luck < 0.15:
        return human.family_phone
    if luck < 0.155:
        return random.choice(people).phone  # a number that went to somebody else
    return human.phone[3:] if luck < 0.5 else human.phone


def _rut(random: Random, human: Human, people: list[Human]) -> str:
    """Mostly right, written in three ways; else a filler, mistyped (the check digit tells), or the partner's."""
    luck = random.random()
    if luck < 0.01:
        return random.choice(NOBODY_RUTS)
    if luck < 0.04:
        return _mistyped(random, human.rut)
    if luck < 0.045:
        return people[max(0, human.number - 1)].rut
    return human.rut if luck < 0.5 else rut.format(human.rut) if luck < 0.8 else human.rut.lower()


def _mistyped(random: Random, word: str) -> str:
    place = random.randrange(max(1, len(word.split("@", maxsplit=1)[0]) - 1))
    way = random.randrange(3)
    if way == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if way == 1:
        return word[:place] + word[place + 1 :]
    return word[:place] + random.choice("0123456789abcdeimnors") + word[place + 1 :]


def _names(random: Random, human: Human) -> dict[str, str]:
    if random.random() < 0.3:
        return {}
    first = human.first if random.random() > 0.05 else _mistyped(random, human.first)
    surname = human.surname if random.random() > 0.3 else human.surname.split()[0]
    told = {"first_name": first, "last_name": surname, "city": human.city}
    if random.random() < 0.4:
        told["birth_date"] = human.born.isoformat()
    return told
