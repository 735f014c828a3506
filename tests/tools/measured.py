# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Keeps what a test has measured, so that tests/tools/figures.py can compare the documentation with it.

ctest sets RTSPNAT_MEASURED to a folder, build/default/measured. Without it nothing is kept.
"""
import json
import os
import pathlib


def keep(test, values):
    """Writes the values {name: number} of a test into TEST.json in that folder."""
    folder = os.environ.get("RTSPNAT_MEASURED")
    if folder:
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        pathlib.Path(folder, f"{test}.json").write_text(json.dumps(values, indent=1) + "\n")
