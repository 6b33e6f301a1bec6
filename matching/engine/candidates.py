"""Where to start looking: for each person the likeliest few, out of thousands.

Nothing here needs to be right. What is missing is found by pricing all pairs afterwards, so a poor
choice costs time and never quality.
"""

import numpy as np
from numpy.typing import NDArray

from matching.engine.market import Market, Pairs, best_of_each, joined, listed
from matching.engine.problem import MAX_SCORE

PER_MENTEE = 24
KEPT_PER_MENTEE = 9
SPARE_PER_MENTOR = 12
GROUPS = 4 * PER_MENTEE
COLUMNS_AT_ONCE = 64

AUCTIONS = 4
AUCTION_ROUNDS = 80
# Points a bid goes beyond what is needed, and at most beyond the second best: rough, hence quick.
BID_STEP, BID_JUMP = 40, 2_000
# The auction may stop when so few are without a mentor: prices hardly move any more.
LEFT_OVER = 0.002


def likely_pairs(market: Market, threshold: int) -> Pairs:
    """The best few pairs of each mentee at prices from a rough auction, with their scores.

    Where everybody wants the same few mentors the best pairs of all are not enough to settle on. Then
    they are chosen anew at the prices so far, and the auction goes on.
    """
    price = np.zeros(market.mentors, dtype=np.int64)
    # Where places are short somebody is left over however long the auction runs.
    for _ in range(AUCTIONS if market.capacity.sum() >= market.mentees else 1):
        top = top_of_each_mentee(market, threshold, price)
        if auction(market, top, price) <= LEFT_OVER * market.mentees:
            break
    kept = best_of_each(_less(top, price), KEPT_PER_MENTEE)
    return Pairs(kept.mentee, kept.mentor, kept.worth + price[kept.mentor])


def top_of_each_mentee(market: Market, threshold: int, price: NDArray[np.int64]) -> Pairs:
    """The PER_MENTEE best pairs of each mentee by score less price, or all where there are fewer; with scores.

    A row is split into groups of columns. The 24th best of their maxima cannot exceed the 24th best of
    the row, so whatever reaches it holds the best: no sorting of whole rows.
    """
    least = market.least_scores(threshold)
    is_plain = not price.any() and (least == least[0]).all()
    price_in_range = np.minimum(price, MAX_SCORE).astype(np.int16)
    stir = np.random.default_rng(market.mentors).permutation(market.mentors)

    def visit(start: int, block: NDArray[np.int16]) -> Pairs:
        worth = block if is_plain else np.where(block >= least, block - price_in_range, _UNUSABLE)
        bottom = least[0] if is_plain else _UNUSABLE + 1
        found = listed(worth, worth >= np.maximum(_cutoff(worth), bottom)[:, None])
        kept = _fairly_cut(found, stir, start)
        return Pairs(kept.mentee, kept.mentor, block[kept.mentee, kept.mentor].astype(np.int64))

    return market.collect(visit)


def top_of_each_mentor(market: Market, threshold: int, spare: int) -> Pairs:
    """The best pairs of each mentor, so many beyond the places: for when places are short."""
    usable = np.flatnonzero(market.capacity > 0)
    parts = np.array_split(usable, len(usable) // COLUMNS_AT_ONCE + 1)
    return joined(_top_of_columns(market, part, max(threshold, 0), spare) for part in parts if len(part))


def auction(market: Market, top: Pairs, price: NDArray[np.int64]) -> int:
    """Raise rough prices: mentees without a mentor bid all at once, mentors keep the highest bids.

    price: (mentors,) changed in place. Returns how many are left without a mentor. Bertsekas (1988),
    "The auction algorithm", Annals of Operations Research 14, 105–123, with several places at a mentor
    and without its guarantee: it stops early.
    """
    mentor, score = _as_rows(market, top)
    seat = np.where(score[:, 0] > _NEVER, -1, market.mentors)
    bid = np.zeros(market.mentees, dtype=np.int64)
    for _ in range(AUCTION_ROUNDS):
        bidders = np.flatnonzero(seat < 0)
        if len(bidders) <= LEFT_OVER * market.mentees:
            break
        seat[bidders], bid[bidders] = _bids(mentor[bidders], score[bidders], price)
        _settle(market.capacity, seat, bid, price)
    return int((seat < 0).sum())


_NEVER = -(10**6)
_UNUSABLE = np.int16(np.iinfo(np.int16).min)


def _top_of_columns(market: Market, mentors: NDArray[np.int64], threshold: int, spare: int) -> Pairs:
    scores = market.columns(mentors)
    wanted = np.minimum(market.capacity[mentors] + spare, market.mentees)
    places = market.mentees - wanted
    ordered = np.partition(scores, np.unique(places), axis=1)
    cutoff = np.maximum(ordered[np.arange(len(mentors)), places], threshold)
    found = listed(scores, scores >= cutoff[:, None])
    found = best_of_each(found, int(wanted.max()))
    return Pairs(found.mentor, mentors[found.mentee], found.worth)


def _cutoff(worth: NDArray[np.int16]) -> NDArray[np.int16]:
    """(rows,) a worth that at least PER_MENTEE pairs of the row reach, and few more."""
    rows, columns = worth.shape
    width = columns // GROUPS
    if not width:
        return np.full(rows, _UNUSABLE)
    maxima = worth[:, : width * GROUPS].reshape(rows, width, GROUPS).max(axis=1)
    return np.partition(maxima, GROUPS - PER_MENTEE, axis=1)[:, GROUPS - PER_MENTEE]


def _fairly_cut(pairs: Pairs, stir: NDArray[np.int64], start: int) -> Pairs:
    """The best of each row. Of equal ones each row keeps others, lest all compete for the same mentors."""
    luck = (stir[pairs.mentor] + (pairs.mentee + start) * 7919) % len(stir)
    return best_of_each(Pairs(pairs.mentee, pairs.mentor, pairs.worth * len(stir) + luck), PER_MENTEE)


def _less(pairs: Pairs, price: NDArray[np.int64]) -> Pairs:
    return Pairs(pairs.mentee, pairs.mentor, pairs.worth - price[pairs.mentor])


def _as_rows(market: Market, top: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Mentors and scores as (mentees, PER_MENTEE), the best first, padded with scores of _NEVER."""
    place = np.arange(len(top.mentee)) - np.searchsorted(top.mentee, top.mentee)
    mentor = np.zeros((market.mentees, PER_MENTEE), dtype=np.int64)
    score = np.full((market.mentees, PER_MENTEE), _NEVER, dtype=np.int64)
    mentor[top.mentee, place] = top.mentor
    score[top.mentee, place] = top.worth
    return mentor, score


def _bids(
    mentor: NDArray[np.int64], score: NDArray[np.int64], price: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    everybody = np.arange(len(mentor))
    value = score - price[mentor]
    best = value.argmax(axis=1)
    most = value[everybody, best]
    value[everybody, best] = _NEVER
    wanted = mentor[everybody, best]
    return wanted, price[wanted] + np.minimum(most - value.max(axis=1), BID_JUMP) + BID_STEP


def _settle(
    capacity: NDArray[np.int64], seat: NDArray[np.int64], bid: NDArray[np.int64], price: NDArray[np.int64]
) -> None:
    """Each mentor keeps the highest bids that there are places for; the lowest of a full mentor is the price."""
    seated = np.flatnonzero((seat >= 0) & (seat < len(capacity)))
    order = seated[np.lexsort((-bid[seated], seat[seated]))]
    mentor = seat[order]
    place = np.arange(len(order)) - np.searchsorted(mentor, mentor)
    seat[order[place >= capacity[mentor]]] = -1
    last = place == capacity[mentor] - 1
    price[mentor[last]] = np.maximum(price[mentor[last]], bid[order[last]])
