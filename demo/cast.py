"""The people one can sign in as, beside the drawn ones."""

from demo.people import DemoPerson, address_of

_EVENINGS_AND_LUNCHES = [
    day * 48 + hour * 2 + half
    for day, hours in ((1, (18, 19)), (3, (12, 13, 18)))
    for hour in hours
    for half in (0, 1)
]

SAMIRA = DemoPerson(
    name="Samira Aziz",
    email=address_of("Samira Aziz"),
    part="mentee",
    role="cnio",
    how="untitled",
    since=2022,
    aim="cnio",
    official_title="Senior charge nurse",
    organisation="St Brannoc’s Hospitals",
    disciplines=["nursing"],
    sector="nhs-acute",
    stream="nursing",
    region="north-west",
    situations=["job-without-title", "no-digital-time"],
    topics=["epma", "stepping-up", "starting-a-company"],
    capacity=0,
    half_hours=_EVENINGS_AND_LUNCHES,
    varies=False,
    language="en",
    spoken=["en", "fr"],
    discipline_wish="same",
    wants_bridge=False,
    about="I lead the electronic prescribing work on nine wards, between shifts. I would like to be named for it.",
)
NGOZI = DemoPerson(
    name="Ngozi Okafor",
    email=address_of("Ngozi Okafor"),
    part="mentor",
    role="cnio",
    how="titled",
    since=2016,
    aim="",
    official_title="Associate director of nursing",
    organisation="Eastvale Teaching Hospitals",
    disciplines=["nursing"],
    sector="nhs-acute",
    stream="nursing",
    region="midlands",
    situations=[],
    topics=["epma", "stepping-up", "job-planning", "working-with-the-board", "boards-and-panels"],
    capacity=2,
    half_hours=_EVENINGS_AND_LUNCHES,
    varies=False,
    language="en",
    spoken=["en"],
    discipline_wish="any",
    wants_bridge=False,
    about="I did the work for four years before anybody called me CNIO. I remember what helped.",
)
CAST = (SAMIRA, NGOZI)
