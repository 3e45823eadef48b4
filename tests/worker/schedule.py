"""When a schedule is due: the part of Quartz's cron expressions that schedules of tests have."""

from datetime import timedelta

# How far a due time may lie behind: what was missed for longer is left out.
LIMIT = 120


def matches(field, value):
    """Whether a field such as `*`, `?`, `5`, `0/2` or `1,3` has a value."""
    for part in field.split(","):
        start, _, step = part.partition("/")
        if start in ("*", "?"):
            start = 0 if step else value
        first = int(start)
        if value == first or (step and value >= first and (value - first) % int(step) == 0):
            return True
    return False


def is_due(expression, since, now):
    """Whether a time of the expression lies after `since`, and not after `now`."""
    second, minute, hour = expression.split()[:3]
    moment = max(since, now - timedelta(seconds=LIMIT)).replace(microsecond=0)
    while (moment := moment + timedelta(seconds=1)) <= now:
        if matches(second, moment.second) and matches(minute, moment.minute) and matches(hour, moment.hour):
            return True
    return False
