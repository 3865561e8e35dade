#!/usr/bin/env python3
"""Counts the values of some columns of a Delta table with DuckDB and prints them as JSON.

    trials/counts.py TABLE_DIR COLUMN...

An empty text is no value. DuckDB is installed as trials/interop.py does it.
"""

import json
import subprocess
import sys

import interop


def count(table, columns):
    import duckdb
    from duckdb_extensions import import_extension

    import_extension("delta")
    connection = duckdb.connect()
    connection.execute("LOAD delta")
    rows = connection.execute("SELECT count(*) FROM delta_scan(?)", [table]).fetchone()[0]
    by = {}
    for column in columns:
        query = f'SELECT "{column}", count(*) FROM delta_scan(?) WHERE coalesce("{column}", \'\') <> \'\' GROUP BY 1'
        by[column] = dict(connection.execute(query, [table]).fetchall())
    return {"rows": rows, "columns": by}


def main():
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit(__doc__)
    if arguments[0] == "--inside":
        print(json.dumps(count(arguments[1], arguments[2:])))
        return
    sys.exit(subprocess.run([interop.python_with_readers(), __file__, "--inside", *arguments]).returncode)


if __name__ == "__main__":
    main()
