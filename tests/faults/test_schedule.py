"""The faults are drawn from a seed, so that what was seen once can be seen again."""

from tests.faults.schedule import VICTIMS, WHIMS, draw, whim


def test_the_same_seed_repeats_the_schedule():
    assert draw(5, kills=100, due=2000).digest() == draw(5, kills=100, due=2000).digest()


def test_another_seed_draws_another_schedule():
    assert draw(5, kills=100, due=2000).digest() != draw(6, kills=100, due=2000).digest()


def test_every_program_is_killed_and_every_whim_of_the_sink_is_met():
    schedule = draw(1, kills=100, due=2000)

    met = {whim(schedule.seed, mail.address) for mail in schedule.mails}

    assert {kill.victim for kill in schedule.kills} == set(VICTIMS)
    assert met == {"", *WHIMS}
    assert {kill.wipes for kill in schedule.kills if kill.victim == "broker"} == {True, False}


def test_mails_of_both_kinds_are_cancelled_and_expire():
    mails = draw(1, kills=100, due=2000).mails

    ends = {(mail.is_introduction, mail.cancelled is not None, mail.expires is not None) for mail in mails}

    assert len(mails) == 2000
    assert ends == {
        (is_introduction, *end)
        for is_introduction in (True, False)
        for end in [(False, False), (True, False), (False, True)]
    }


def test_nobody_is_killed_while_down():
    up_again = dict.fromkeys(VICTIMS, 0.0)

    for kill in draw(2, kills=300, due=10).kills:
        assert kill.at > up_again[kill.victim]
        up_again[kill.victim] = kill.at + kill.seconds_down
