#!/usr/bin/env python3
"""Reads a Delta table with three readers that are not ours and prints what each counts, as JSON.

    trials/interop.py TABLE_DIR [TABLE_DIR...]

The readers are installed once, pinned, into target/interop from the Python package index. The exit code says whether
all readers could read and agree. When they cannot be installed that is a failure, never a skip.
"""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "interop"
PACKAGES = [
    "duckdb==1.5.5",
    "duckdb-extensions==1.5.5",
    "duckdb-extension-delta==1.5.5",
    "polars==2.1.0",
    "deltalake==1.6.6",
    "pyarrow==26.0.0",
]


def duckdb_counts(table):
    import duckdb
    from duckdb_extensions import import_extension

    import_extension("delta")
    connection = duckdb.connect()
    connection.execute("LOAD delta")
    days = connection.execute(
        "SELECT CAST(date AS VARCHAR), count(*) FROM delta_scan(?) GROUP BY 1 ORDER BY 1", [table]
    ).fetchall()
    return dict(days)


def polars_counts(table):
    import polars

    days = polars.scan_delta(table).group_by("date").agg(polars.len()).collect()
    return {str(day): count for day, count in sorted(days.rows())}


def deltalake_counts(table):
    import pyarrow
    import pyarrow.compute as compute
    from deltalake import DeltaTable

    delta = DeltaTable(table)
    days = compute.value_counts(delta.to_pyarrow_table(columns=["date"])["date"]).to_pylist()
    counts = {str(day["values"]): day["counts"] for day in days}
    by_stats = sum(pyarrow.table(delta.get_add_actions(flatten=True))["num_records"].to_pylist())
    assert by_stats == sum(counts.values()), f"stats say {by_stats} rows, files have {sum(counts.values())}"
    return dict(sorted(counts.items()))


READERS = {"duckdb": duckdb_counts, "polars": polars_counts, "deltalake": deltalake_counts}


def read(tables):
    all_agree = True
    for table in tables:
        answers, agree = {}, True
        for name, counts in READERS.items():
            try:
                answers[name] = counts(table)
            except Exception as error:  # a reader that cannot read is an answer, too
                answers[name] = f"{type(error).__name__}: {error}"
                agree = False
        agree &= all(answer == answers["duckdb"] for answer in answers.values())
        all_agree &= agree
        days = answers["duckdb"] if isinstance(answers["duckdb"], dict) else {}
        print(json.dumps({"table": table, "rows": sum(days.values()), "agree": agree, "readers": answers}))
    return all_agree


def python_with_readers():
    python = VENV / "bin" / "python"
    done = VENV / "installed"
    wanted = "\n".join(PACKAGES)
    if not done.exists() or done.read_text() != wanted:
        venv.create(VENV, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True, stdout=sys.stderr)
        done.write_text(wanted)
    return python


def main():
    arguments = sys.argv[1:]
    if not arguments:
        sys.exit(__doc__)
    if arguments[0] == "--inside":
        all_agree = read(arguments[1:])
        sys.stdout.flush()
        # Threads of the readers may still run when Python takes itself down, and abort it after everything was said.
        os._exit(0 if all_agree else 1)
    sys.exit(subprocess.run([python_with_readers(), __file__, "--inside", *arguments]).returncode)


if __name__ == "__main__":
    main()
