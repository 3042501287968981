"""How people are reached and let in: PS_EMAIL_ADDRESSES, PS_PERSONAL_PHONE, PS_CU_IDENTITY."""

import unicodedata
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.sandbox.campus.draws import Draws
from common.sandbox.campus.places import AWKWARD_PHONES
from common.sandbox.campus.population import NEVER, Population
from common.sandbox.campus.rows import (
    BLANK,
    Ints,
    Mask,
    fill,
    joined,
    padded,
    per_value,
    replaced,
    stacked,
    text,
)

__all__ = ["contact_tables"]

_AREAS: Final = ("303", "720", "970")


def contact_tables(population: Population, draws: Draws, names: pa.Table) -> dict[str, pa.Table]:
    """E-mail addresses, telephones, logins and cards; ``names`` begins with everyone's primary name."""
    identity = _identity(population, draws, names.slice(0, len(population)))
    return {
        "PS_CU_IDENTITY": identity,
        "PS_EMAIL_ADDRESSES": _emails(population, draws, identity["LOGIN_ID"].combine_chunks()),
        "PS_PERSONAL_PHONE": _phones(population, draws),
    }


def _identity(population: Population, draws: Draws, names: pa.Table) -> pa.Table:
    """A login is two letters of each name and a number of its own; a card number is never reused."""
    people, staff_only = len(population), population.staff[population.career[population.staff] == NEVER]
    own = pc.cast(pa.array(population.number - 999_000), pa.string())
    login = joined(_letters(names["FIRST_NAME"]), _letters(names["LAST_NAME"]), own)
    applicants = np.flatnonzero((population.career == NEVER) & (population.work == NEVER))
    without = np.sort(np.concatenate([draws.some(applicants, 50), draws.some(staff_only, 0.5)]))
    present = np.union1d(population.current_students, population.staff)
    former = np.setdiff1d(population.everyone, present)
    cards = draws.split(present, {"lost": 1, "none": 2})
    status = np.full(people, 0)
    status[former], status[cards["lost"]], status[cards["none"]], status[without] = 1, 2, 3, 3
    card = joined("60", padded(draws.numbers(0, 1000, people), 3), padded(population.number, 9), "01")
    return fill(
        "PS_CU_IDENTITY",
        people,
        EMPLID=population.emplid,
        LOGIN_ID=replaced(login, without, pa.repeat(BLANK, len(without))),
        CARD_NBR=pc.if_else(pa.array(status == 3), BLANK, card),
        CARD_STATUS=text(("A", "I", "L", BLANK), status),
    )


def _letters(names: pa.ChunkedArray) -> pa.Array:
    """The first two letters of each name in ASCII, lower case; ``x`` where a script has none."""
    return per_value(names.combine_chunks(), _ascii_letters)


def _ascii_letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalpha())[:2].ljust(2, "x")


def _emails(population: Population, draws: Draws, login: pa.Array) -> pa.Table:
    """Campus addresses for those with a login; the awkward ones have none, none of the campus, or two preferred."""
    has_login = pc.not_equal(login, BLANK).to_numpy(zero_copy_only=False)
    campus = np.flatnonzero(has_login)
    odd = draws.split(campus, {"none": 0.8, "only private": 0.5, "two preferred": 0.2, "none preferred": 0.2})
    campus = np.setdiff1d(campus, np.concatenate([odd["none"], odd["only private"]]))
    homes = np.setdiff1d(draws.some(population.everyone, 35), odd["none"])
    both = np.concatenate([odd["two preferred"], odd["none preferred"]])
    homes = np.union1d(homes, np.concatenate([odd["only private"], both]))
    shy = np.isin(campus, odd["none preferred"])
    private = ~np.isin(homes, campus) | np.isin(homes, odd["two preferred"])
    return stacked(
        _email_rows(population, campus, "CAMP", local=login, preferred=~shy),
        _email_rows(population, homes, "HOME", local=population.emplid, preferred=private),
        _email_rows(population, odd["only private"], "OTHR", local=population.emplid, preferred=None),
    )


def _email_rows(
    population: Population, who: Ints, kind: str, *, local: pa.Array, preferred: Mask | None
) -> pa.Table:
    own = kind == "CAMP"
    name, domain = (local, "campus.example") if own else (joined(kind[0].lower(), local), "mail.example")
    flags = np.zeros(len(who), dtype=np.int64) if preferred is None else preferred.astype(np.int64)
    return fill(
        "PS_EMAIL_ADDRESSES",
        len(who),
        EMPLID=population.emplid.take(pa.array(who)),
        E_ADDR_TYPE=kind,
        EMAIL_ADDR=joined(name.take(pa.array(who)), "@", domain),
        PREF_EMAIL_FLAG=text(("N", "Y"), flags),
    )


def _phones(population: Population, draws: Draws) -> pa.Table:
    cells = draws.some(population.everyone, 82)
    homes = draws.some(population.everyone, 30)
    local = draws.some(population.current_students, 8)
    return stacked(
        _phone_rows(population, draws, cells, "CELL", np.ones(len(cells), dtype=np.bool_)),
        _phone_rows(population, draws, homes, "HOME", ~np.isin(homes, cells)),
        _phone_rows(population, draws, local, "LOCL", np.zeros(len(local), dtype=np.bool_)),
    )


def _phone_rows(population: Population, draws: Draws, who: Ints, kind: str, preferred: Mask) -> pa.Table:
    rows = len(who)
    number = joined(
        draws.pick(_AREAS, rows), "555", joined("01", padded(draws.numbers(0, 100, rows), 2)), separator="-"
    )
    typed = draws.some(np.arange(rows), 4)
    number = replaced(number, typed, text(AWKWARD_PHONES, np.arange(len(typed)) % len(AWKWARD_PHONES)))
    return fill(
        "PS_PERSONAL_PHONE",
        rows,
        EMPLID=population.emplid.take(pa.array(who)),
        PHONE_TYPE=kind,
        COUNTRY_CODE=replaced(pa.repeat(BLANK, rows), draws.some(np.arange(rows), 3), "1"),
        PHONE=number,
        PREF_PHONE_FLAG=text(("N", "Y"), preferred.astype(np.int64)),
    )
