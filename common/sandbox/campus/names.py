"""The names that the campus draws from: many plain ones, and the ones that break exports."""

from typing import Final

__all__ = [
    "APOSTROPHES",
    "AT_LIMIT",
    "FIRST_NAMES",
    "HYPHENS",
    "LAST_NAMES",
    "MIDDLE_NAMES",
    "MONONYMS",
    "NICKNAMES",
    "NON_ASCII",
    "ONE_LETTER",
    "SUFFIXES",
]


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


FIRST_NAMES: Final = _words(
    "Aaliyah Aaron Abigail Adam Aisha Alejandro Alexander Alice Amara Amelia Ana Andrew Angela Anika Anthony Aria "
    "Arjun Benjamin Bianca Brandon Caleb Camila Carlos Caroline Charlotte Chloe Christopher Claire Connor Daniel "
    "Darnell David Deepa Diego Dmitri Elena Elijah Elizabeth Emily Emma Ethan Eva Fatima Felix Fiona Gabriel George "
    "Grace Hannah Hassan Helen Henry Hiroshi Ibrahim Imani Isaac Isabella Ivan Jack Jada Jamal James Jasmine Jin "
    "John Jordan Jose Joseph Julia Kai Karen Katherine Keiko Kevin Khalid Kiara Kwame Laila Latoya Laura Leah Leo "
    "Liam Lily Linh Logan Lucas Lucia Luke Maria Marcus Mason Maya Mei Michael Miguel Mohammed Naomi Natalie Nathan "
    "Nia Nicholas Noah Nora Oliver Olivia Omar Owen Patricia Pedro Peter Priya Quinn Rachel Rafael Rahul Raj Rebecca "
    "Riley Robert Rosa Ruth Ryan Samuel Sanjay Sara Sean Sofia Stephen Susan Tariq Thomas Tyler Uma Valentina Victor "
    "Victoria Wei William Xavier Yasmin Yuki Zachary Zainab Zara"
)

LAST_NAMES: Final = _words(
    "Abdi Adams Aguilar Ahmed Allen Alvarez Anderson Bailey Baker Banerjee Begay Bell Bennett Brooks Brown Bui Butler "
    "Campbell Carter Castillo Castro Chavez Chen Clark Coleman Collins Cook Cooper Cox Cruz Davis Diaz Edwards Evans "
    "Fischer Flores Foster Garcia Ghosh Gomez Gonzalez Gray Green Gupta Hall Hansen Harris Hassan Hernandez Hill "
    "Howard Hughes Hussein Ito Jackson Jensen Johnson Jones Kang Kelly Khan Kim King Kowalski Kumar Larsen Le Lee "
    "Lewis Li Lin Liu Long Lopez Martin Martinez Mendoza Meyer Miller Mitchell Mohamed Moore Morales Morgan Morris "
    "Murphy Myers Nakamura Nelson Nguyen Okafor Olsen Ortiz Park Parker Patel Perez Peterson Petrov Phillips Powell "
    "Price Ramirez Ramos Reed Reyes Richardson Rivera Roberts Robinson Rodriguez Rogers Romero Ross Russell Sanchez "
    "Sanders Sato Schmidt Scott Shah Sharma Silva Singh Smith Stewart Suzuki Tanaka Taylor Thomas Thompson Torres "
    "Tran Tsosie Turner Vargas Vasquez Walker Wang Ward Washington Watanabe Watson White Williams Wilson Wood Wright "
    "Yamamoto Yang Yazzie Young Zhang Zhao"
)

MIDDLE_NAMES: Final = _words(
    "A Ann B C Claire D Dale E Elaine F G Grace H J James Jean K L Lee Lynn M Mae Marie N P R Ray Rose S Sue T "
    "Thomas W William"
)

SUFFIXES: Final = ("Jr", "Sr", "II", "III", "IV", "Ph.D.")

NICKNAMES: Final = _words(
    "Abby Alex Andy Annie Beth Bill Bobby Cam Charlie Chris Dan Drew Ed Ellie Frankie Gabe Izzy Jackie Jay Jess Joe "
    "Kat Kim Lex Liz Lou Maddie Max Mel Mike Nate Nick Pat Pete Ray Rob Sam Shay Steph Tess Theo Tom Tori Will Zach"
)

NON_ASCII: Final = (
    ("Þorgerðr", "Jónsdóttir"),
    ("太郎", "山田"),
    ("محمد", "العلي"),
    ("Zoë", "Brontë"),
    ("小龙", "李"),
    ("فاطمة", "الزهراء"),
    ("Ngô Bảo", "Nguyễn"),
    ("Łukasz", "Żółkiewski"),
    ("민준", "김"),
    ("Олександр", "Шевченко"),
    ("Γιώργος", "Παπαδόπουλος"),
    ("José María", "Núñez Ibáñez"),
    ("Søren", "Ærøskøbing"),
    ("Çağla", "Öztürk"),
    ("Ka\N{MODIFIER LETTER TURNED COMMA}iulani", "Keali\N{MODIFIER LETTER TURNED COMMA}i"),
    (
        "Rene\N{COMBINING ACUTE ACCENT}",
        "Lefe\N{COMBINING GRAVE ACCENT}vre",
    ),  # accents as characters of their own
    ("Anaïs", "Groß"),
    ("𠮷郎", "𠮷田"),  # beyond 16 bits: two units in UTF-16
)
"""First and last names in other scripts, with other accents and other widths."""

ONE_LETTER: Final = (("J", "Smith"), ("Ana", "O"), ("X", "Y"), ("E", "Ng"))

APOSTROPHES: Final = (
    ("Siobhan", "O'Brien"),
    ("D'Angelo", "Russell"),
    ("Conor", "O'Neill-D'Arcy"),
    ("Sean", "O\N{RIGHT SINGLE QUOTATION MARK}Hara"),  # the typographic one
)

HYPHENS: Final = (
    ("Mary-Kate", "Olsen-Park"),
    ("Jean-Luc", "Martin"),
    ("Ana", "Garcia-Lopez"),
    ("Anne", "Smith - Jones"),
)

AT_LIMIT: Final = (
    ("Wilhelmina-Alexandrina-Josepha", "Featherstonehaugh-Cholmondeley"),
    ("Bartholomew Maximilian Ignatiu", "Wolfeschlegelsteinhausenberger"),
)
"""First and last names that fill the 30 characters of their columns."""

MONONYMS: Final = ("Suharto", "Madhu", "Björk", "Thiri")
"""Whole names of people with no first name: it is blank."""
