"""Reads a CSV address as an analyst does with pandas; writes a line of kinds and the cells as JSON."""
import json
import sys

import pandas

address, *dates = sys.argv[1:]
frame = pandas.read_csv(address, parse_dates=dates)


def kind(column):
    if pandas.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pandas.api.types.is_bool_dtype(column):
        return "boolean"
    return "number" if pandas.api.types.is_numeric_dtype(column) else "text"


def cell(value):
    if pandas.isna(value):
        return None
    if isinstance(value, pandas.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


print(json.dumps({
    "columns": list(frame.columns),
    "kinds": [kind(frame[name]) for name in frame.columns],
    "rows": [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)],
}))
