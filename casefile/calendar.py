"""Days, months, business days and business hours. Pure; hours stay hours across a change to summer time."""

from __future__ import annotations

import calendar as months
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8), time(18)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Federal holidays as observed in a year."""
    import holidays  # takes as long to load as all of a small command

    return frozenset(holidays.country_holidays("US", years=year))


def is_business_day(day: date) -> bool:
    """Monday to Friday, no federal holiday."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_business_day(day: date) -> date:
    """The day itself if business is done on it, else the next such day."""
    while not is_business_day(day):
        day += timedelta(1)
    return day


def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after `day`."""
    for _ in range(count):
        day = next_business_day(day + timedelta(1))
    return day


def add_months(day: date, count: int, *, roll_over: bool = True) -> date:
    """The same date `count` months on (or back); without such a date, the 1st of the month after, or the last day.

    `roll_over` follows the external-review rule ("no matching date: the 1st of the fifth month"); without it the
    month's last day stands in, which is what looking back needs.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    if day.day <= last:
        return date(year, month + 1, day.day)
    end = date(year, month + 1, last)
    return end + timedelta(1) if roll_over else end


def add_hours(moment: datetime, hours: float) -> datetime:
    """A moment so many real hours later, in the same zone: 72 hours are never "three days"."""
    return (moment.astimezone(UTC) + timedelta(hours=hours)).astimezone(moment.tzinfo)


def add_business_hours(moment: datetime, hours: float, zone: ZoneInfo) -> datetime:
    """A moment so many office hours (Monday to Friday, 8 to 18 local, no federal holiday) later."""
    now, left = moment.astimezone(zone), timedelta(hours=hours)
    while True:
        day = next_business_day(now.date())
        opens, closes = (datetime.combine(day, clock, zone) for clock in (OPENS, CLOSES))
        start = max(now, opens)
        if start < closes and closes - start >= left:
            return start + left
        left -= max(closes - start, timedelta(0))
        now = datetime.combine(day + timedelta(1), time(0), zone)
