"""What people bring to a session, as its page and the needs page show it."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Person
from meetings.marks import is_marked_by
from meetings.models import MeToo, Session, SessionNeed
from meetings.queries.private import Access, access_to, people_of, sessions_open_to

# So that behind an anonymous need stand at least three people whom a reader could think of.
FEWEST_FOR_ANONYMITY = 4
# One alone could be the author, who may say "me too" like everybody: then a "me too" rules nobody out.
FEWEST_OTHERS_TO_MENTION = 2


@dataclass(frozen=True)
class NeedRow:
    """A need as one reader sees it. An anonymous one looks the same to everybody, its author included."""

    need: SessionNeed
    reader: Person

    @property
    def is_mine(self) -> bool:
        return self.need.author_id == self.reader.pk

    @property
    def says_me_too(self) -> bool:
        return self.need.says_me_too

    @property
    def others(self) -> int:
        """How many share it; never a number beside an anonymous one."""
        return 0 if self.need.is_anonymous else self.need.me_too_count

    @property
    def has_others(self) -> bool:
        return self.need.is_anonymous and self.need.me_too_count >= FEWEST_OTHERS_TO_MENTION


@dataclass(frozen=True)
class NeedsPart:
    """`rows` in the host's order, then those in none. Where `is_closed`, this reader may see nothing of it."""

    session: Session
    rows: list[NeedRow]
    is_closed: bool = False
    goes_on: bool = False
    may_raise: bool = False
    may_order: bool = False
    may_be_anonymous: bool = False
    left_over: int = 0

    @property
    def open_rows(self) -> list[NeedRow]:
        return [row for row in self.rows if not row.need.is_covered]

    @property
    def covered_rows(self) -> list[NeedRow]:
        return [row for row in self.rows if row.need.is_covered]

    @property
    def has_anonymous(self) -> bool:
        return any(row.need.is_anonymous for row in self.rows)

    @property
    def is_before(self) -> bool:
        return timezone.now() < self.session.starts_at


def part_for(session: Session, person: Person) -> NeedsPart:
    """For the page of a session, whoever looks at it."""
    access = access_to(person, session.pk)
    return part_of(access) if access else NeedsPart(session, [], is_closed=True)


def part_of(access: Access) -> NeedsPart:
    session, may_raise = access.session, access.may_raise
    return NeedsPart(
        session=session,
        rows=[NeedRow(need, access.person) for need in with_counts(session.needs.all(), access.person)],
        goes_on=access.goes_on,
        may_raise=may_raise,
        may_order=access.may_order,
        may_be_anonymous=may_raise and may_be_anonymous(session),
        left_over=left_over(session).count() if may_raise else 0,
    )


def with_counts(needs: QuerySet[SessionNeed], person: Person) -> QuerySet[SessionNeed]:
    mine = MeToo.objects.filter(need=OuterRef("pk"), person=person)
    counted = needs.select_related("author").annotate(me_too_count=Count("me_toos"), says_me_too=Exists(mine))
    # Said again: a query that groups forgets the order of its model.
    return counted.order_by(*SessionNeed._meta.ordering)


def visible_to(person: Person) -> QuerySet[SessionNeed]:
    return SessionNeed.objects.filter(session__in=sessions_open_to(person).values("pk"))


def may_be_anonymous(session: Session) -> bool:
    return people_of(session).count() >= FEWEST_FOR_ANONYMITY


def left_over(session: Session) -> QuerySet[SessionNeed]:
    """What earlier sessions of the same mentorship did not come to. Open sessions have other people each time."""
    if session.mentorship_id is None:
        return SessionNeed.objects.none()
    is_past = Q(session__ends_at__lte=timezone.now()) | Q(session__state=Session.State.CANCELLED)
    return SessionNeed.objects.filter(
        is_past,
        session__mentorship=session.mentorship_id,
        session__starts_at__lt=session.starts_at,
        state=SessionNeed.State.OPEN,
    )


def is_by(need: SessionNeed, person: Person) -> bool:
    if need.is_anonymous:
        return is_marked_by(need.mark, person, need.pk)
    return need.author_id == person.pk


def anonymous_by(person: Person, needs: QuerySet[SessionNeed]) -> list[SessionNeed]:
    """Those of these needs that this person raised anonymously: each is asked, since no column tells."""
    return [need for need in needs.filter(is_anonymous=True) if is_by(need, person)]
