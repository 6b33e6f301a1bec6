"""A sheet as a programme would send it: sixty people, kept by several hands in two languages over a summer.

- A title across merged cells and a blank line stand above the headings; a heading is there twice; "Title" holds Dr
  and Ms, so that what is guessed of it is wrong; some columns are about no person.
- Aliases of both languages, blanks around words, addresses in capitals.
- Two people stand there twice, once with another spelling of the address. Two rows are bad.
- Whoever comes from it makes a good matching: 18 mentors with one to three places, 40 mentees, and in each of two
  streams enough people with an hour in common for a group.
"""

import csv
import io

from openpyxl import Workbook

# What the cohort must have, in English and French.
STREAMS = [("CNIO circle", "Cercle CNIO"), ("Clinical safety", "Sécurité clinique")]
MENTORS, MENTEES, BAD_ROWS, TWICE = 18, 40, 2, 2

TITLE = "Digital health mentoring: sign-ups, all lists together"
HEADINGS = [
    "Timestamp", "Title", "Full Name: ", "E-mail", "Work email", "I am applying as", "Job title", "Current role",
    "What I really do", "Career goal", "Professional background", "Sector", "Trust", "Would like help with",
    "Areas of expertise", "How many mentees?", "Track", "Best times", "Languages", "Dietary requirements",
]  # fmt: skip

FIRST_NAMES = (  # noqa: SIM905 — sixty names read better without their quotes
    "Amina Bola Chidi Dilys Eilidh Farah Gwen Hiba Iestyn Jaya Kofi Leila Morag Nadia Owain Priya Quentin Rosa Sade "
    "Tomasz Uzma Vikram Wanda Xin Yusuf Zofia Aoife Benoît Chloé Dónal Élodie Femi Grace Hamza Ines João Kwame Lucía "
    "Mehmet Niamh Oluwaseun Padma Rhys Siân Tariq Una Véronique Winston Yasmin Zainab Anil Blessing Carys Devika "
    "Emeka Fiona Gethin Harpreet Isla Jamal"
).split()
LAST_NAMES = (  # noqa: SIM905
    "Okafor Shah Evans Mbeki Fraser O’Neill Nowak Singh Dubois Ahmed Campbell Rossi Price Adeyemi Kaur Silva Murphy "
    "Begum Hughes Tanaka"
).split()
ORGANISATIONS = [
    "Leeds Teaching Hospitals", "GSTT", "Cwm Taf Morgannwg", "NHS Lothian", "Belfast Trust", "Barts Health",
    "East Kent Hospitals", "Airedale", "Northern Care Alliance", "Birmingham Community", "Cardiff and Vale",
    "NHS Fife", "Oxleas", "Somerset FT", "Mid Cheshire", "Norfolk Community", "Solent", "Walsall Healthcare",
    "York and Scarborough", "Royal Free",
]  # fmt: skip
PROFESSIONS = [
    "Nursing",
    "Médecine générale",
    "Pharmacy",
    "physiotherapy",
    "Midwifery",
    "Soins infirmiers",
    "Psychiatry",
]
TOPICS = ["epma", "Clinical safety cases", "Mobiliser les équipes soignantes", "Digital strategy", "business-case",
          "Change and adoption", "Stratégie numérique", "Interoperability and standards"]  # fmt: skip
ROLES = [
    "CNIO",
    "Lead nurse for digital",
    "CCIO",
    "deputy CCIO",
    "IT director",
    "infirmière référente numérique",
]
THURSDAY = ["Thu 18-20", "Thursday evening", "jeudi 18h à 20h", "Thursdays 6pm-8pm"]
TUESDAY = ["Tue 12:00-14:00", "mardi midi", "Tuesday lunchtime", "Tues 12 to 14"]
ELSE_WHEN = [
    "Mon 12-14; Thu 18-20",
    "mercredi soir, jeudi soir",
    "Tue lunchtime; Thu evening",
    "rota varies; Thu 18-20",
]


def lines() -> list[list[str]]:
    """The rows below the headings, in the order in which they were sent."""
    mentors = [_mentor(number) for number in range(MENTORS)]
    mentees = [_mentee(number, MENTORS + number) for number in range(MENTEES)]
    people = [*mentees[:20], *mentors, *mentees[20:]]
    again = [mentees[3].copy(), mentors[5].copy()]
    again[0][3] = f"  {again[0][3].upper()} "
    bad_address, bad_part = _mentee(0, MENTORS + MENTEES), _mentor(1, place=MENTORS + MENTEES + 1)
    bad_address[3] = "jo.at.trust.example"
    bad_part[5] = "maybe later"
    people[9:9] = [bad_address]
    people[30:30] = [bad_part]
    return [*people, *again]


def _person(place: int) -> dict[str, str]:
    first, last = FIRST_NAMES[place], LAST_NAMES[place * 7 % len(LAST_NAMES)]
    address = f"{first}.{last}{place}@trust.example".replace("’", "")
    plain = address.encode("ascii", "ignore").decode()
    return {
        "Timestamp": f"{place % 28 + 1:02}/09/2026 08:{place:02}",
        "Title": ["Dr", "Ms", "Mr", ""][place % 4],
        "Full Name: ": f" {first}  {last} " if place % 5 == 0 else f"{first} {last}",
        "E-mail": plain.upper() if place % 6 == 0 else plain,
        "Work email": plain if place % 9 == 0 else "",
        "Job title": ["Ward manager", "Specialist registrar", "Infirmière", "Digital lead"][place % 4],
        "Professional background": PROFESSIONS[place % len(PROFESSIONS)],
        "Sector": ["NHS acute or specialist trust", "Industry", "Primary care", "Consultancy"][place % 4],
        "Trust": ORGANISATIONS[place % len(ORGANISATIONS)],
        "Languages": "English, français" if place % 8 == 0 else "English",
        "Dietary requirements": "Vegetarian" if place % 3 == 0 else "",
    }


def _mentor(number: int, place: int | None = None) -> list[str]:
    place = number if place is None else place
    stream = STREAMS[number % 2][0] if number < 6 else ""
    return _line(
        _person(place)
        | {
            "I am applying as": ["Mentor", "mentor ", "Mentor", "mentore"][number % 4],
            "Current role" if number % 3 else "What I really do": ROLES[number % len(ROLES)],
            "Areas of expertise": "; ".join(_topics(number, 4)),
            "How many mentees?": str([2, 3, 2, 1, 3, 3][number % 6]),
            "Track": stream,
            "Best times": f"{TUESDAY[number % 4]}; {THURSDAY[number % 4]}",
        }
    )


def _mentee(number: int, place: int) -> list[str]:
    stream, when = "", ELSE_WHEN[number % 4]
    if number < 10:
        stream, when = ["CNIO circle", "cnio circle ", "Cercle CNIO"][number % 3], THURSDAY[number % 4]
    elif number < 20:
        stream, when = ["Clinical safety", "Sécurité clinique"][number % 2], TUESDAY[number % 4]
    return _line(
        _person(place)
        | {
            "I am applying as": ["Mentee", "mentee", "personne accompagnée"][number % 3],
            "What I really do": ["Digital midwife", "Clinical systems trainer; rota guru", ""][number % 3],
            "Career goal": ROLES[(number + 2) % len(ROLES)],
            "Would like help with": ", ".join(_topics(number, 3)),
            "Track": stream,
            "Best times": when,
        }
    )


def _topics(number: int, count: int) -> list[str]:
    return [TOPICS[(number + step) % len(TOPICS)] for step in range(count)]


def _line(cells: dict[str, str]) -> list[str]:
    return [cells.get(heading, "") for heading in HEADINGS]


def messy_csv(encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    kept = io.StringIO()
    csv.writer(kept, delimiter=delimiter).writerows([[TITLE], [], HEADINGS, *lines()])
    return kept.getvalue().encode(encoding)


def messy_xlsx() -> bytes:
    """With the title across merged cells, a sheet of something else before it and numbers as numbers."""
    book = Workbook()
    book.active.title = "Read me"
    sheet = book.create_sheet("Sign-ups")
    sheet.append([TITLE])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet.append([])
    sheet.append(HEADINGS)
    for line in lines():
        sheet.append([int(cell) if cell.isdecimal() else cell for cell in line])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()
