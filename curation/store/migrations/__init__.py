"""Schema changes, in order. `HEAD` is the revision that this Winnow reads and writes."""

HEAD = "0005"
