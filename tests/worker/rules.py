"""Sync rules: whether a row is wanted, and whether a draft of rules makes sense."""

import re

COMPARISONS = {
    "contains": lambda found, value: value in found,
    "ends_with": lambda found, value: found.endswith(value),
    "equals": lambda found, value: found == value,
    "regex": lambda found, value: re.search(value, found) is not None,
    "starts_with": lambda found, value: found.startswith(value),
    ">": lambda found, value: float(found) > float(value),
    "<": lambda found, value: float(found) < float(value),
}


def is_wanted(row, rules):
    """The first rule that a row satisfies decides; one that satisfies none is wanted."""
    for rule in sorted(rules, key=lambda rule: rule["order"]):
        if rule["id"] == "DEFAULT":
            continue
        found = row.get(rule["field"])
        if found is not None and COMPARISONS[rule["rule"]](str(found), rule["value"]):
            return rule["policy"] == "include"
    return True


def validation(draft):
    """The outcome of looking at a draft, in the shape that the host takes."""
    errors = []
    for rule in draft["rules"]:
        if rule["rule"] == "regex" and rule["id"] != "DEFAULT":
            try:
                re.compile(rule["value"])
            except re.error as error:
                errors.append({"ids": [rule["id"]], "messages": [f"not a regular expression: {error}"]})
    return {"state": "invalid" if errors else "valid", "errors": errors}
