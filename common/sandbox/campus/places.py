"""The places, lines and telephones that the campus draws from."""

from typing import Final

__all__ = [
    "AWKWARD_LINES",
    "AWKWARD_PHONES",
    "CITIES",
    "FOREIGN",
    "HALLS",
    "OFFICES",
    "STREETS",
]


def _listed(row: str) -> tuple[str, ...]:
    return tuple(row.split("|"))


STREETS: Final = _listed(
    "Pine St|Spruce St|Walnut St|Pearl St|Arapahoe Ave|Baseline Rd|Broadway|Canyon Blvd|College Ave|Euclid Ave|Folsom St|"
    "Grove Cir|Iris Ave|Jay Rd|Kalmia Ave|Linden Dr|Mapleton Ave|N 9th St|Table Mesa Dr|University Ave|Valmont Rd|"
    "Yarmouth Ave|S 42nd St|Old Mill Ln|County Road 12|E Colfax Ave|Lookout Mountain Rd|W 1st Ave"
)

CITIES: Final = tuple(
    _listed(row)
    for row in (
        "Boulder|CO|80302",
        "Boulder|CO|80303-1234",
        "Denver|CO|80205",
        "Longmont|CO|80501",
        "Louisville|CO|80027",
        "Lafayette|CO|80026",
        "Fort Collins|CO|80521",
        "Pueblo|CO|81001",
        "Albuquerque|NM|87102",
        "Coeur d'Alene|ID|83814",
        "Boston|MA|02108",
        "Newark|NJ|07102",
        "Chicago|IL|60601",
        "Houston|TX|77002",
        "St. Louis|MO|63101",
        "San José|CA|95112",
        "Washington|DC|20001",
        "APO|AE|09012",
    )
)
"""City, state, postal code; some codes begin with a zero."""

FOREIGN: Final = tuple(
    _listed(row)
    for row in (
        "DEU|Goethestraße 12|München| |80336",
        "JPN|千代田区丸の内1丁目9番1号|東京都| |100-0005",
        "IND|14, M.G. Road, 2nd Floor|Bengaluru|KA|560001",
        "CHN|中关村大街27号|北京| |100080",
        "GBR|Flat 3, 221B Baker Street|London| |NW1 6XE",
        "CAN|1200 rue Sainte-Catherine O|Montréal|QC|H3B 1K1",
        "MEX|Av. Insurgentes Sur No. 1602|Ciudad de México|CDMX|03940",
        "KOR|서울특별시 종로구 세종대로 175|서울| |03172",
        "SAU|طريق الملك فهد|الرياض| |12271",
        "NGA|5 Broad Street, Lagos Island|Lagos|LA|101231",
        "IRL|Apt. 4, 9 O'Connell Street|Dublin| |D01 F5P2",
    )
)
"""Country, first line, city, state, postal code."""

AWKWARD_LINES: Final = {
    "comma": "1200 Pine St, Apt 4, Rear",
    "quote": 'The "Old Mill" Bldg 3" Pipe Ln',
    "crlf": "77 Spruce St\r\nUnit 7",
    "lf": "915 Broadway\nc/o Rivera",
    "limit": "The Residences at Upper Chautauqua Park, Building 12-BC",  # the 55 characters of the column
    "delimiters": "Lot 5; Row | B\tSpace 9",
    "apostrophe": "3 St. John's Pl",
    "spaces": "  450  Iris Ave ",
}
"""First lines that break a file which is not written with care."""

HALLS: Final = _listed(
    "Aspen Hall|Bear Creek Hall|Columbine Hall|Flatirons Hall|Juniper Hall|Kittredge Hall|Meadow Hall|Ponderosa Hall|"
    "Sagebrush Hall|Williams Village West"
)

OFFICES: Final = _listed("ADEN|DUAN|ECCR|ENGL|HALE|HLMS|KOBL|LAW|MUEN|NORL|REGT|UMC")
"""Codes of buildings with offices and classrooms."""

AWKWARD_PHONES: Final = (
    "(303) 555-0123",
    "303.555.0177",
    "3035550188",
    "+44 20 7946 0958",
    "303/555-0199 x12",
    "call after 5 pm",
    "none",
    "0",
    "1-303-555-0101 or 0102",
)
"""What people type into a free field of 24 characters; the numbers are reserved for fiction."""
