"""The people one can sign in as, beside the drawn ones."""

from demo.people import DemoPerson, address_of

# Tuesdays and Thursdays from eight in the evening: hours that hardly any other mentor offers.
_LATE_EVENINGS = [day * 48 + half_hour for day in (1, 3) for half_hour in range(40, 43)]

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
    half_hours=_LATE_EVENINGS,
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
    capacity=3,
    half_hours=_LATE_EVENINGS,
    varies=False,
    language="en",
    spoken=["en"],
    discipline_wish="any",
    wants_bridge=False,
    about="I did the work for four years before anybody called me CNIO. I remember what helped.",
)
CAST = (SAMIRA, NGOZI)
